"""CSV and TSV: a header line names the columns, or the user gives their numbers."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from caption_parser.readers.checks import caption_row
from caption_parser.readers.fields import FieldChoice, Fields, locate
from caption_parser.readers.lines import MAX_RECORD_CHARS, Line, checked_line, escaped_lines, read_lines
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError, UsageError


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
    """The records of CSV, given its lines with bytes that are not UTF-8 escaped (`lines.escaped_lines`).

    A cell in quotes may hold line breaks. A record over several lines that breaks the quoting rules, or that
    has not as many cells as the first record, is taken for a stray quote: its first line is rejected, and
    reading continues with the line after that.
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


def read_csv(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of comma-separated values (RFC 4180); the row is the line on which a record starts."""
    return _rows(source, csv_records(escaped_lines(source)), choice)


def read_tsv(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of tab-separated values; quotes mean nothing, as web text has them unbalanced."""
    return _rows(source, _tsv_records(source), choice)


def _tsv_records(source: Source) -> Iterator[Cells | RejectedRow]:
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
        elif line.text.strip(" "):
            yield Cells(line.row, line.text.split("\t"), line.text)


@dataclass(frozen=True, slots=True)
class _Columns:
    """0-based positions."""

    caption: int
    image: int | None
    file_name: int | None


def _rows(source: Source, records: Iterator[Cells | RejectedRow], choice: FieldChoice) -> Iterator[Row]:
    first = next(records, None)
    if first is None:
        return
    if isinstance(first, RejectedRow):
        raise InputError(f"{source.name}:{first.row}: the header cannot be read: {first.message}")
    columns = _numbered_columns(source, first, choice)
    if columns is None:
        columns = _named_columns(source, first, choice)
    else:
        records = chain([first], records)
    width = len(first.cells)
    for record in records:
        if isinstance(record, RejectedRow):
            yield record
            continue
        row, cells, raw = record
        if len(cells) != width:
            message = f"got {len(cells)} cells, expected {width} as on the first line"
            yield RowError(Reason.WRONG_COLUMN_COUNT, message).rejected(row, raw)
            continue
        image_id = source.image_id_of_row(row) if columns.image is None else cells[columns.image]
        file_name = None if columns.file_name is None else cells[columns.file_name]
        yield caption_row(cells[columns.caption], image_id, row, raw, file_name)


def _named_columns(source: Source, header: Cells, choice: FieldChoice) -> _Columns:
    try:
        fields = locate(tuple(header.cells), choice)
    except RowError as error:
        hint = "A file without a header line takes column numbers, such as --caption-field 1 --image-field 2"
        raise InputError(f"{source.name}:{header.row}: {error.message}. {hint}") from None
    source.say_once(lambda: fields.described(header.cells))
    position = header.cells.index
    return _Columns(
        position(fields.caption),
        None if fields.image is None else position(fields.image),
        None if fields.file_name is None else position(fields.file_name),
    )


def _numbered_columns(source: Source, first: Cells, choice: FieldChoice) -> _Columns | None:
    """The columns of a file without a header; None where the choice is by name."""
    if choice.caption is None or choice.caption in first.cells or not choice.caption.isdecimal():
        return None
    if choice.image is not None and not choice.image.isdecimal():
        message = f"--caption-field {choice.caption} is a column number, --image-field {choice.image} is not"
        raise UsageError(f"{message}. Give two numbers (no header line) or two names (header line)")
    width = len(first.cells)
    numbers = [int(field) for field in (choice.caption, choice.image) if field is not None]
    for number in numbers:
        if not 1 <= number <= width:
            raise InputError(f"{source.name}:{first.row}: there is no column {number}, the line has {width}")
    others = [str(number + 1) for number in range(width) if number + 1 not in numbers]
    source.say_once(lambda: Fields(choice.caption or "", choice.image, None).described(others))
    caption, *image = (number - 1 for number in numbers)
    return _Columns(caption, image[0] if image else None, None)
