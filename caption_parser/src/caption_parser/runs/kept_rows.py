"""Rows in a temporary file: written as they come, then read in their order, as often as need be."""

import pickle
from collections.abc import Iterator
from itertools import islice
from typing import Self

from caption_parser.readers.rows import CaptionRow, RejectedRow, Row, RowFields, row_fields
from caption_parser.runs.temporary import TemporaryBytes

Kept = RowFields | RejectedRow
_CHUNK = 1024


class KeptRows:
    """Takes rows one by one; a context manager. Raises `CapparseError` where the temporary folder is full."""

    def __init__(self) -> None:
        self.count = 0
        """Of all rows that were taken."""
        self._rejected = 0
        self._file = TemporaryBytes()
        self._waiting: list[Kept] = []
        self._sections: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._file.__exit__()

    def add(self, row: Row) -> None:
        """Take the next row."""
        if isinstance(row, CaptionRow):
            self._waiting.append(row_fields(row))
        else:
            self._waiting.append(row)
            self._rejected += 1
        self.count += 1
        if len(self._waiting) == _CHUNK:
            self._write()

    def end_section(self, name: str) -> None:
        """The rows since the last such call, or the first row, are the section of this name."""
        self._sections.append((name, self.count))

    def captions(self) -> Iterator[RowFields]:
        """The fields of the rows that hold a caption."""
        return (row for row in self._rows() if isinstance(row, tuple))

    def rejected(self) -> Iterator[RejectedRow]:
        """The other rows."""
        return (row for row in self._rows() if isinstance(row, RejectedRow)) if self._rejected else iter(())

    def rows(self) -> Iterator[Row]:
        """All rows, as they came."""
        return (CaptionRow(*row) if isinstance(row, tuple) else row for row in self._rows())

    def sections(self) -> Iterator[tuple[str, Iterator[Kept]]]:
        """The sections with their rows, each to be read to its end before the next."""
        rows, start = self._rows(), 0
        for name, end in self._sections:
            yield name, islice(rows, end - start)
            start = end

    def _rows(self) -> Iterator[Kept]:
        if self._waiting:
            self._write()
        file = self._file.from_start()
        while file.peek(1):
            yield from pickle.load(file)

    def _write(self) -> None:
        self._file.write(pickle.dumps(self._waiting, protocol=pickle.HIGHEST_PROTOCOL))
        self._waiting.clear()
