"""CSV as RFC 4180 has it, record by record, such that a stray quote costs its own line and no other."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from caption_parser.readers.lines import MAX_RECORD_CHARS, Line, checked_line
from caption_parser.readers.reasons import Reason, RowError, TruncatedInputError
from caption_parser.readers.rows import RejectedRow


class Cells(NamedTuple):
    """One record of a table."""

    row: int
    """The line on which it starts."""
    cells: list[str]
    raw: str


class _LineFeed:
    """The lines that `csv.reader` takes, with those of the current record kept so that they can be read again."""

    def __init__(self, lines: Iterator[Line | RejectedRow]) -> None:
        self.taken: list[Line] = []
        self.cut: TruncatedInputError | None = None
        self._lines = lines
        self._again: deque[Line] = deque()
        self._rejected: list[RejectedRow] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        # Ending the feed within a quoted cell makes the csv module report the quote as not closed.
        if self._size > MAX_RECORD_CHARS:
            raise StopIteration
        line = self._again.popleft() if self._again else self._next_line()
        self.taken.append(line)
        self._size += len(line.text)
        return f"{line.text}\n"

    def _next_line(self) -> Line:
        try:
            for line in self._lines:
                if isinstance(line, Line):
                    return line
                self._rejected.append(line)
        except TruncatedInputError as error:
            self.cut = error
        raise StopIteration

    def start_record(self) -> None:
        """Forgets the lines of the last record."""
        self.taken = []
        self._size = 0

    def drain_rejected(self) -> list[RejectedRow]:
        """The lines met since the last call that could not be read at all."""
        drained, self._rejected = self._rejected, []
        return drained

    def give_up_first_line(self) -> Line:
        """The line on which the current record started; those after it are read again."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        return first


def csv_records(lines: Iterator[Line | RejectedRow]) -> Iterator[Cells | RejectedRow]:
    """The records of CSV, given its lines with bytes that are no UTF-8 escaped (`lines.escaped_lines`).

    A cell in quotes may hold line breaks. A record over several lines that breaks the quoting rules, or that
    has not as many cells as the first record, is taken for a stray quote: its first line is rejected, and
    reading goes on with the line after that.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
    feed = _LineFeed(lines)
    reader = csv.reader(feed, strict=True)
    width: int | None = None
    while True:
        feed.start_record()
        problem = None
        cells: list[str] | None = None
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problem = f"the quotes do not match ({error})"
        yield from feed.drain_rejected()
        if cells is not None and len(feed.taken) > 1 and len(cells) != width:
            problem = f"a quote opens here, and the record up to where it closes has {len(cells)} cells"
        if problem is not None:
            yield _bad_quoting(feed.give_up_first_line(), problem)
            reader = csv.reader(feed, strict=True)
        elif cells is None:
            break
        elif cells:
            width = width or len(cells)
            yield _record(feed.taken, cells)
    if feed.cut is not None:
        raise feed.cut


def _record(lines: list[Line], cells: list[str]) -> Cells | RejectedRow:
    raw = "\n".join(line.text for line in lines)
    checked = checked_line(Line(lines[0].row, raw))
    return checked if isinstance(checked, RejectedRow) else Cells(checked.row, cells, raw)


def _bad_quoting(line: Line, message: str) -> RejectedRow:
    checked = checked_line(line)
    if isinstance(checked, RejectedRow):
        return checked
    return RowError(Reason.BAD_QUOTING, message).rejected(line.row, line.text)
