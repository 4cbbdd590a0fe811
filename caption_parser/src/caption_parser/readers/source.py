"""Opening the input: files, standard input and open streams, with errors that say what to do."""

import difflib
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, cast

from caption_parser.readers.checks import is_image_file
from caption_parser.readers.chunks import (
    CHUNK,
    ChunkStream,
    as_utf8,
    compression_of,
    decompressed,
    peeked,
    peeked_line,
)
from caption_parser.readers.signatures import PARQUET, check_signature
from caption_parser.readers.stretches import Stretch
from shared_runtime.errors import InputError
from shared_runtime.files import shown_path
from shared_runtime.storage import is_url, open_url

STDIN = "-"
COMPRESSION_SUFFIXES = (".gz", ".zst")

Access = Literal["text", "bytes", "random"]
"""What a format reads: UTF-8 text, bytes (both decompressed, in sequence), or the file as it is, with seeking."""

_LISTED = 8
_LOOKED_INTO = 100
"""Entries of a folder, to say which file in a folder below it was meant."""
_OFTEN_READ = (".parquet", ".tar", ".jsonl", ".csv", ".tsv", ".json", ".txt")
"""Suffixes of files that captions are read from, wherever one is in a folder, the likeliest first."""
SIGNATURE_BYTES = 512
"""How much of a file tells what it is; the mark of a tar archive stands furthest behind."""


@dataclass(slots=True)
class Source:
    """One opened input, as the reader of a format sees it."""

    name: str
    """For messages: the path as given, or `<stdin>`."""
    stream: BinaryIO
    id_prefix: str = ""
    """Before row numbers that serve as image ids, so that they differ between several inputs."""
    head: bytes = b""
    """The first bytes of the stream, not taken from it."""
    damage: str | None = None
    """Why the stream ended early, where it did; set once its end is reached."""
    notice: Callable[[str], None] | None = None
    """Takes what a person should know of how the input is read, once; then, or from the start, none."""
    also: Callable[[str], None] | None = None
    """Takes what else a person should know."""
    stretch: Stretch | None = None
    """The part of the file that is read; none: all of it."""

    @property
    def rows_before(self) -> int:
        """How many lines of a text stand before those of the stream."""
        return self.stretch.rows_before if self.stretch else 0

    def say_once(self, how: Callable[[], str]) -> None:
        """Pass on how the input is read; only the first call counts."""
        if self.notice is not None:
            notice, self.notice = self.notice, None
            notice(how())

    def say(self, what: str) -> None:
        """Pass on something else that a person should know."""
        if self.also is not None:
            self.also(what)

    def image_id_of_row(self, row: int) -> int | str:
        """The image id of a row that names no image: every such row is an image of its own."""
        return f"{self.id_prefix}{row}" if self.id_prefix else row


def source_name(source: Path | BinaryIO | str) -> str:
    """What messages call `source`."""
    if source == STDIN:
        return "<stdin>"
    if isinstance(source, (str, Path)):
        return shown_path(source)
    name = getattr(source, "name", None)
    return shown_path(name) if isinstance(name, str) else "<stream>"


@contextmanager
def open_source(
    source: Path | BinaryIO | str,
    access: Access,
    id_prefix: str = "",
    stretch: Stretch | None = None,
    *,
    may_be_empty: bool = False,
) -> Iterator[Source]:
    """`source` for reading, or a stretch of it. Files are closed at the end, standard input and given streams not.

    Raises:
        InputError: it does not exist, is a directory, may not be read, is empty, or needs to be seekable.
    """
    name = source_name(source)
    if isinstance(source, (str, Path)) and source != STDIN:
        with open_url(source) if isinstance(source, str) and is_url(source) else _open_file(Path(source)) as file:
            opened = Source(name, file, id_prefix, stretch=stretch)
            yield _wrapped(opened, access, Path(name).suffix.lower(), may_be_empty=may_be_empty)
    else:
        stream = sys.stdin.buffer if isinstance(source, (str, Path)) else source
        yield _wrapped(Source(name, stream, id_prefix), access, "")


def _wrapped(opened: Source, access: Access, suffix: str, *, may_be_empty: bool = False) -> Source:
    name, file = opened.name, opened.stream
    if access == "random":
        if not file.seekable():
            raise InputError(
                f"{name}: this format cannot be read from a pipe. Save it to a file and give the path"
            )
        start = file.tell()
        head = file.read(SIGNATURE_BYTES)
        if head and not head.startswith(PARQUET):
            check_signature(name, head)
            message = f"{name} is not a Parquet file: it starts with {head[:8]!r}, expected {PARQUET!r}"
            raise InputError(f"{message}. Leave --format out, or give another one")
        file.seek(start)
        return opened

    def report_damage(message: str) -> None:
        opened.damage = message

    head, chunks = peeked(_chunks(file), 4)
    if compression := compression_of(head):
        chunks = decompressed(chunks, compression, report_damage)
    elif head and suffix in COMPRESSION_SUFFIXES:
        message = f"{name} is not compressed although its name ends in {suffix}: it starts with {head[:8]!r}"
        raise InputError(f"{message}. Rename it without {suffix}, or download it again")
    if access == "text":
        opened.head, chunks = peeked_line(as_utf8(chunks))
        if opened.stretch is not None:
            chunks = as_utf8(opened.stretch.chunks(file))
    else:
        opened.head, chunks = peeked(chunks, 1)
    opened.stream = io.BufferedReader(ChunkStream(chunks), CHUNK)
    if not opened.head and opened.damage is None and not may_be_empty:
        raise InputError(f"{name} is empty")
    return opened


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    # read1 hands over what a pipe holds; read would wait for a full chunk.
    read = cast(Callable[[int], bytes], getattr(file, "read1", file.read))
    while chunk := read(CHUNK):
        yield chunk


def check_is_file(name: Path | str) -> None:
    """Raises an `InputError` where a path does not exist or is a directory; URLs show it when they are opened."""
    if is_url(name):
        return
    path = Path(name)
    if path.is_dir():
        raise InputError(_directory_message(path))
    if path.is_symlink() and not path.exists():
        raise InputError(f"{path} is a symbolic link to {path.readlink()}, where no file is")
    if not path.exists():
        raise InputError(f"{path} does not exist. {_did_you_mean(path)}".rstrip())


def _open_file(path: Path) -> BinaryIO:
    check_is_file(path)
    try:
        return path.open("rb")
    except PermissionError:
        raise InputError(f"{path} cannot be read: permission denied. Try: chmod u+r {path}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None


def _did_you_mean(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return f"Its folder {path.parent} cannot be read either"
    close = difflib.get_close_matches(path.name, names, n=3)
    return f"Did you mean {' or '.join(str(path.parent / name) for name in close)}?" if close else ""


def _tables_below(entries: Sequence[Path]) -> Path | None:
    """The file of captions in a sub-folder of a folder that has none itself, as a pattern where there are several.

    Folders of images have one for each split: `train/metadata.jsonl`.
    """
    if any(entry.suffix.lower() in _OFTEN_READ for entry in entries):
        return None
    folders = [entry for entry in entries[:_LOOKED_INTO] if entry.is_dir()]
    for pattern in ("metadata.*", "*.jsonl", "*.csv"):
        found = [file for folder in folders for file in islice(folder.glob(pattern), 1)]
        if len(found) == 1:
            return found[0]
        if found:
            same = all(file.name == found[0].name for file in found)
            return found[0].parent.parent / "*" / (found[0].name if same else pattern)
    return None


def _directory_message(path: Path) -> str:
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        return f"{path} is a directory that cannot be read: {error.strerror}"
    names = ", ".join(entry.name for entry in entries[:_LISTED])
    more = f" and {len(entries) - _LISTED} more" if len(entries) > _LISTED else ""
    if not entries:
        return f"{path} is an empty directory, expected a file"
    if below := _tables_below(entries):
        return f"{path} is a directory (holds {names}{more}), expected a file. Try '{below}'"
    suffixes = {"".join(entry.suffixes[-1:]).lower() for entry in entries}
    # Beside images, a text file holds the captions of one.
    likely = (".txt", *_OFTEN_READ) if any(is_image_file(entry.name) for entry in entries) else _OFTEN_READ
    suffix = next((known for known in likely if known in suffixes), "".join(entries[0].suffixes[-1:]))
    return f"{path} is a directory (holds {names}{more}), expected a file. Try '{path}/*{suffix}'"
