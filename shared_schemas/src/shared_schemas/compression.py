"""Plain, gzip and zstandard files as byte streams, told apart by suffix."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, cast

from shared_schemas.errors import MissingExtraError
from shared_schemas.files import replacing

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_LEVEL = 6
ZSTD_LEVEL = 6
_INPUT_CHUNK = 1 << 14
_BUFFER = 1 << 18


class CorruptStreamError(OSError):
    """A compressed file is damaged or ends too early."""


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """`path` as decompressed bytes; reading on raises `CorruptStreamError` where the file is damaged."""
    with path.open("rb") as raw, decompress(raw, path.suffix) as stream:
        yield stream


@contextmanager
def decompress(raw: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    """`raw`, which stays open, as decompressed bytes, as `suffix` says; errors as those of `open_input`."""
    with ExitStack() as stack:
        if suffix == ".gz":
            yield cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")))
        elif suffix == ".zst":
            yield stack.enter_context(io.BufferedReader(_ZstdInput(raw, suffix), _BUFFER))
        else:
            yield raw


def suffix_of(head: bytes) -> str:
    """The suffix that files have which begin so, compressed; empty: they are plain."""
    if head.startswith(GZIP_MAGIC):
        return ".gz"
    return ".zst" if head.startswith(ZSTD_MAGIC) else ""


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """A stream that compresses as the suffix of `path` says, to what appears there as of `replacing`."""
    with replacing(path) as written, written.open("wb") as raw, compress(raw, path.suffix) as stream:
        yield stream


@contextmanager
def compress(raw: BinaryIO, suffix: str, zstd_level: int = ZSTD_LEVEL) -> Iterator[BinaryIO]:
    """A stream that compresses into `raw`, which stays open, as `suffix` says. Equal input: equal bytes."""
    with ExitStack() as stack:
        if suffix == ".gz":
            packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=GZIP_LEVEL, mtime=0)
            stack.enter_context(packed)
            yield stack.enter_context(io.BufferedWriter(packed, _BUFFER))
        elif suffix == ".zst":
            packer = _zstandard(suffix).ZstdCompressor(level=zstd_level, write_checksum=True)
            yield stack.enter_context(packer.stream_writer(raw, closefd=False))
        else:
            yield raw


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of `stream`; `CorruptStreamError` in place of what the decompressors raise."""
    try:
        for line in stream:  # noqa: UP028  `yield from` would close the stream together with the generator
            yield line
    except EOFError:
        raise CorruptStreamError("a compressed stream that ends too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise CorruptStreamError(f"a damaged gzip stream: {error}") from None


def _zstandard(suffix: str) -> ModuleType:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError(
            f"{suffix} files need the package zstandard: pip install 'capparse-schemas[zst]'"
        ) from None
    return zstandard


class _ZstdInput(io.RawIOBase):
    """Decompresses frame after frame. `zstandard`'s own reader takes a cut-off frame for the end of a file."""

    def __init__(self, raw: BinaryIO, suffix: str) -> None:
        self._raw = raw
        self._zstandard = _zstandard(suffix)
        self._frames = self._zstandard.ZstdDecompressor()
        self._frame: Any = None
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._pending:
            chunk = self._raw.read(_INPUT_CHUNK)
            if not chunk:
                if self._frame is not None:
                    raise CorruptStreamError("a compressed stream that ends too early")
                return 0
            self._pending = memoryview(self._decompress(chunk))
        size = min(len(buffer), len(self._pending))
        buffer[:size] = self._pending[:size]
        self._pending = self._pending[size:]
        return size

    def _decompress(self, chunk: bytes) -> bytes:
        parts = []
        while chunk:
            self._frame = self._frame or self._frames.decompressobj()
            try:
                parts.append(self._frame.decompress(chunk))
            except self._zstandard.ZstdError as error:
                raise CorruptStreamError(f"a damaged zstandard stream: {error}") from None
            if not self._frame.eof:
                break
            chunk, self._frame = self._frame.unused_data, None
        return b"".join(parts)
