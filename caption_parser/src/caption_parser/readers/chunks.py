"""Byte chunks on their way in: decompressed, and recoded to UTF-8. Generators over chunks, one per step."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from shared_runtime.errors import MissingResourceError
from shared_schemas.compression import suffix_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 16
_SLICE = 1 << 12
"""Compressed bytes fed at once. A decompressor that fails drops what it made of them."""


class ChunkStream(io.RawIOBase):
    """A raw stream over an iterator of chunks; wrap it in `io.BufferedReader`."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fills the start of `buffer` from the current chunk; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def peeked(chunks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first chunk of at least `size` bytes (fewer where the input is shorter), and all chunks, it included."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= size:
            break
    return head, chain([head], chunks)


def peeked_line(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first chunk that holds the end of a line (or `CHUNK` bytes, or all), and all chunks, it included."""
    head = b""
    for chunk in chunks:
        head += chunk
        if b"\n" in chunk or b"\r" in chunk or len(head) >= CHUNK:
            break
    return head, chain([head] if head else [], chunks)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@runtime_checkable
class _Copyable(Protocol):
    def copy(self) -> _Decompressor: ...


def compression_of(head: bytes) -> str | None:
    """How the input that starts with `head` is compressed: `gzip`, `zstandard` or not at all."""
    return {".gz": "gzip", ".zst": "zstandard"}.get(suffix_of(head))


def decompressed(
    chunks: Iterator[bytes], compression: str, report_damage: Callable[[str], None]
) -> Iterator[bytes]:
    """`chunks` of gzip or zstandard data, decompressed; several members or frames in a row are one stream.

    Where the data is cut short or damaged, the chunks end, after all that could be decompressed, and
    `report_damage` is told what is wrong.
    """
    new_member, error_type = _gzip() if compression == "gzip" else _zstandard()
    member: _Decompressor | None = None
    for piece in (chunk[start : start + _SLICE] for chunk in chunks for start in range(0, len(chunk), _SLICE)):
        while piece:
            if member is None:
                # gzip allows zero padding behind a member.
                piece = piece.lstrip(b"\0")
                if not piece:
                    break
                member = new_member()
            # zlib can be set back to where the piece began, so that nothing before the damage is lost.
            restart = member.copy() if isinstance(member, _Copyable) else None
            try:
                made = member.decompress(piece)
            except error_type as error:
                report_damage(f"the {compression} data is damaged ({error})")
                if restart is not None:
                    yield from _bytewise(restart, piece, error_type)
                return
            piece = b""
            if made:
                yield made
            if member.eof:
                piece, member = member.unused_data, None
    if member is not None:
        report_damage(f"the {compression} data ends too early")


def _bytewise(member: _Decompressor, piece: bytes, error_type: type[Exception]) -> Iterator[bytes]:
    """What `piece` holds before the byte at which `member` fails."""
    try:
        for position in range(len(piece)):
            yield member.decompress(piece[position : position + 1])
    except error_type:
        return


_Codec = tuple[Callable[[], _Decompressor], type[Exception]]


def _gzip() -> _Codec:
    return lambda: zlib.decompressobj(wbits=31), zlib.error


def _zstandard() -> _Codec:
    try:
        import zstandard
    except ImportError:
        message = "zstandard input needs the package 'zstandard'. Try: pip install zstandard"
        raise MissingResourceError(message) from None
    return lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError


def encoding_of(head: bytes) -> str | None:
    """The encoding of text that starts with `head`: UTF-16 or UTF-32, by the byte order mark or, without one, by
    where the zeros of its first two characters stand, which are ASCII in tables and JSON. None: UTF-8."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _BY_ZEROS.get(tuple(byte == 0 for byte in head[:4]))


_BY_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """`chunks` of text without byte order mark, recoded to UTF-8 where they begin as UTF-16 or UTF-32.

    What is wrong in UTF-16 (lone surrogates, an odd byte at the end) is passed on as bytes that are invalid in
    UTF-8 too, so that the row that holds it is the only one rejected.
    """
    head, chunks = peeked(chunks, 4)
    if encoding := encoding_of(head):
        return _recoded(chunks, encoding)
    if head.startswith(codecs.BOM_UTF8):
        return chain([next(chunks)[len(codecs.BOM_UTF8) :]], chunks)
    return chunks


def _recoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        yield b"\xff"
