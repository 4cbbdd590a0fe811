"""How the rows of an input are followed, so that a shard can have a piece of it: where they stand, or a copy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from caption_parser.readers import CaptionRow, Row
from caption_parser.readers.chunks import compression_of, encoding_of
from caption_parser.readers.read import InputPart
from caption_parser.readers.rows import RowFields, row_fields
from caption_parser.readers.source import open_source
from caption_parser.readers.stretches import LineOffsets, Stretch
from caption_parser.runs.kept_rows import Kept, KeptRows
from caption_parser.shards.copies import CHUNK, copy_file, copy_name, dump_rows
from caption_parser.shards.plan import Piece
from shared_runtime.storage import Folder, file_size, is_url, open_url

_HEAD = 1 << 16


class Track(Protocol):
    """Follows the rows of an input."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no row since the last cut."""

    def add(self, row: Row, shard: int) -> None:
        """Take the next row, which is one of that shard."""

    def cut(self, row: CaptionRow | None) -> Piece:
        """The rows since the last cut; `row`: the one that comes next (none: the input ends)."""


@contextmanager
def track(part: InputPart, number: int, kept: KeptRows) -> Iterator[Track]:
    """The cheapest way to follow input `number`; rows that have to be copied go to `kept`. Raises `InputError`."""
    name = cast(str | Path, part.source)
    if needs_copies(part):
        yield KeptTrack(number, kept)
    elif part.format.access == "random":
        with open_source(name, "random") as source:
            import pyarrow.parquet as pq

            records = pq.ParquetFile(source.stream).metadata.num_rows
        yield StretchTrack(number, lambda row: row - 1, records, needs_prologue=False)
    else:
        with _opened(name) as file:
            yield StretchTrack(number, LineOffsets(file).of, file_size(name), needs_prologue=True)


def needs_copies(part: InputPart) -> bool:
    """Whether the input cannot be entered in its middle."""
    if part.format.access == "random":
        return False
    return not part.format.is_lines or not _has_plain_lines(cast(str | Path, part.source))


class StretchTrack:
    """Remembers where rows stand in their input."""

    def __init__(self, number: int, locate: Callable[[int], int], size: int, *, needs_prologue: bool) -> None:
        """`locate`: where a row begins, asked for in ascending order; `size`: where the last one ends."""
        self.is_empty = True
        self._number, self._locate, self._size = number, locate, size
        self._start, self._first_row = 0, 1
        self._usable_row = 0 if needs_prologue else None
        self._prologue, self._prologue_lines = 0, 0

    def add(self, row: Row, shard: int) -> None:  # noqa: ARG002
        """Take the next row."""
        self.is_empty = False
        if self._usable_row is None:
            return
        if self._usable_row == 0:
            self._usable_row = row.row if isinstance(row, CaptionRow) else 0
        elif row.row > self._usable_row:
            self._prologue, self._prologue_lines = self._locate(row.row), row.row - 1
            self._usable_row = None

    def cut(self, row: CaptionRow | None) -> Piece:
        """The rows since the last cut."""
        end = self._size if row is None else self._locate(row.row)
        is_first = self._start == 0
        stretch = Stretch(
            first_row=self._first_row,
            start=self._start,
            end=end,
            prologue=0 if is_first else self._prologue,
            prologue_lines=0 if is_first else self._prologue_lines,
            goes_on=row is not None,
        )
        self._start, self._first_row = end, 1 if row is None else row.row
        self.is_empty = True
        return Piece(input=self._number, stretch=stretch)


class KeptTrack:
    """Keeps rows, of which copies are made when it is known that they may stay in this order."""

    def __init__(self, number: int, kept: KeptRows) -> None:
        """`number`: of the input."""
        self.is_empty = True
        self._number, self._kept, self._name = number, kept, ""

    def add(self, row: Row, shard: int) -> None:
        """Keep the next row. Raises `CapparseError`."""
        if self.is_empty:
            self.is_empty = False
            self._name = copy_name(shard, self._number)
        self._kept.add(row)

    def cut(self, row: CaptionRow | None) -> Piece:  # noqa: ARG002
        """The rows since the last cut."""
        self._kept.end_section(self._name)
        self.is_empty = True
        return Piece(input=self._number, copied=self._name)


class CopyTrack:
    """Copies rows of all inputs to a file per piece, as they come."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._name: str | None = None
        self._waiting: list[Kept] = []
        self._open = ExitStack()

    @property
    def is_empty(self) -> bool:
        """Whether there is no row since the last cut."""
        return self._name is None

    def add(self, row: Row | RowFields, shard: int) -> None:
        """Copy the next row. Raises `OutputError`."""
        if self._name is None:
            self._name = copy_name(shard, 0)
            self._file = self._open.enter_context(copy_file(self._folder, self._name))
        self._waiting.append(row_fields(row) if isinstance(row, CaptionRow) else row)
        if len(self._waiting) == CHUNK:
            self._write()

    def cut(self, row: CaptionRow | None) -> Piece:  # noqa: ARG002
        """The rows since the last cut."""
        self._write()
        piece = Piece(copied=self._name)
        self._open.close()
        self._name = None
        return piece

    def close(self) -> None:
        """Leave nothing behind of a copy that did not come to its end."""
        if self._name is not None:
            self._open.__exit__(GeneratorExit, GeneratorExit(), None)

    def _write(self) -> None:
        self._file.write(dump_rows(self._waiting))
        self._waiting.clear()


@contextmanager
def _opened(name: str | Path) -> Iterator[BinaryIO]:
    with open_url(name) if isinstance(name, str) and is_url(name) else Path(name).open("rb") as file:
        yield file


def _has_plain_lines(name: str | Path) -> bool:
    """Whether the file holds lines as they are read, so that one can begin at the start of any."""
    with _opened(name) as file:
        head = file.read(_HEAD)
    return compression_of(head) is None and encoding_of(head) is None and b"\n" in head
