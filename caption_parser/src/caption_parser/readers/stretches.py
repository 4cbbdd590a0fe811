"""A part of a file that is read as if the whole were, without reading what comes before it.

How a file is read follows from its beginning: the dialect of a table, its header, the field that the first record
has for the image. A stretch of a text is therefore read behind the file's own beginning (its prologue), whose rows
are passed over; of a Parquet file the footer says it all.
"""

from collections.abc import Iterator
from typing import BinaryIO

from pydantic import NonNegativeInt, PositiveInt

from caption_parser.readers.chunks import CHUNK
from shared_runtime.configuration import FrozenModel


class Stretch(FrozenModel):
    """Consecutive rows of a text whose lines end in LF, or of a Parquet file."""

    first_row: PositiveInt
    """The line or record that it begins with."""
    start: NonNegativeInt
    end: NonNegativeInt
    """From where to where: bytes of a text, records of a Parquet file from 0."""
    prologue: NonNegativeInt = 0
    """How many bytes from the start of the file are read before it: whole lines, up to the first usable row."""
    prologue_lines: NonNegativeInt = 0
    goes_on: bool = False
    """Rows of the file follow: blank lines at the end of the stretch are not at the end of the file."""

    @property
    def rows_before(self) -> int:
        """What is to be added to the line numbers of what `chunks` gives."""
        return self.first_row - 1 - self.prologue_lines

    def chunks(self, file: BinaryIO) -> Iterator[bytes]:
        """The bytes of the prologue and those of the stretch."""
        for start, end in ((0, self.prologue), (self.start, self.end)):
            file.seek(start)
            while start < end and (chunk := file.read(min(CHUNK, end - start))):
                yield chunk
                start += len(chunk)


class LineOffsets:
    """Where the lines of a file begin, in bytes; lines are asked for in ascending order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._block = b""
        self._offset = 0
        """Of the block in the file."""
        self._line = 1
        """The line that begins, or goes on, at `_position` in the block."""
        self._position = 0

    def of(self, line: int) -> int:
        """The offset at which the line begins (that of the end of the file, where it has no such line)."""
        while (missing := line - self._line) > 0:
            ends = self._block.count(b"\n", self._position)
            if ends < missing:
                self._line += ends
                self._offset += len(self._block)
                self._block, self._position = self._file.read(_BLOCK), 0
                if not self._block:
                    return self._offset
            else:
                for _ in range(missing):
                    self._position = self._block.index(b"\n", self._position) + 1
                self._line = line
        return self._offset + self._position


_BLOCK = 1 << 20
