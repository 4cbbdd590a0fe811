"""CSV, TSV and their kin: a header line names the columns, or the user gives their numbers."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from caption_parser.readers.checks import caption_rows, is_image_file
from caption_parser.readers.dialects import (
    DELIMITERS,
    NUMBERS,
    Dialect,
    dialect_of,
    guessed_columns,
    head_lines,
    is_header,
    looks_like_data,
    separated_otherwise,
)
from caption_parser.readers.fields import (
    CAPTION_FIELDS,
    IMAGE_FIELDS,
    FieldChoice,
    Fields,
    RepeatedFieldError,
    listed,
    locate,
    quoted,
    shortened,
)
from caption_parser.readers.lines import MAX_RECORD_CHARS, Line, checked_line, escaped_lines, read_lines
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError, TruncatedInputError
from caption_parser.readers.several_fields import absent_field, several_fields, together
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError, UsageError
from shared_runtime.wording import counted


class Cells(NamedTuple):
    """One record of a table."""

    row: int
    """The line on which it starts."""
    cells: list[str]
    raw: str


COMMAS = Dialect(",")
_RULE = "|-:+= "
"""What the line under the header of a Markdown table consists of."""


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


def csv_records(lines: Iterator[Line | RejectedRow], dialect: Dialect = COMMAS) -> Iterator[Cells | RejectedRow]:
    """The records of a table with quotes, given its lines with bytes that are not UTF-8 escaped (`escaped_lines`).

    A cell in quotes may hold line breaks. A record over several lines that breaks the quoting rules, or that
    has not as many cells as the first record, is taken for a stray quote: its first line is rejected, and
    reading continues with the line after that. Where the process reads cells with the module `csv` of fewer
    characters, its limit is raised for good: there is only one, for all threads.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
    feed = _LineFeed(lines)
    reader = _reader(feed, dialect)
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
            problem = f"a quote opens here, and the record up to where it closes has {counted(len(cells), 'cell')}"
        if problem is not None:
            yield _bad_quoting(feed.give_up_first_line(), problem)
            reader = _reader(feed, dialect)
        elif cells is None:
            break
        elif cells:
            width = width or len(cells)
            yield _record(feed.taken, cells)
    if feed.cut is not None:
        raise feed.cut


def _reader(feed: _LineFeed, dialect: Dialect) -> "Iterator[list[str]]":
    return csv.reader(feed, strict=True, delimiter=dialect.delimiter, skipinitialspace=dialect.padded)


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
    """The captions of comma-separated values (RFC 4180); the row is the line on which a record starts.

    Semicolons, pipes and tabs are found to part the columns where they do.
    """
    yield from read_table(source, choice, dialect_of(source, ",", choice, own_quoted=True))


def read_tsv(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of tab-separated values; quotes mean nothing, as web text has them unbalanced."""
    yield from read_table(source, choice, dialect_of(source, "\t", choice, own_quoted=False))


def read_table(source: Source, choice: FieldChoice, dialect: Dialect) -> Iterator[Row]:
    """The captions of a table in a dialect."""
    records = csv_records(escaped_lines(source), dialect) if dialect.quoted else _split_records(source, dialect)
    if dialect.announced:
        next(records, None)
    return _rows(source, records, choice, dialect)


def _split_records(source: Source, dialect: Dialect) -> Iterator[Cells | RejectedRow]:
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
        elif line.text.strip(_RULE):
            yield Cells(line.row, dialect.cells(line.text), line.text)


@dataclass(frozen=True, slots=True)
class _Columns:
    """0-based positions."""

    captions: tuple[int, ...]
    image: int | None
    file_name: int | None


def _rows(
    source: Source, records: Iterator[Cells | RejectedRow], choice: FieldChoice, dialect: Dialect
) -> Iterator[Row]:
    first = next(records, None)
    if first is None:
        return
    if isinstance(first, RejectedRow):
        raise InputError(f"{source.name}:{first.row}: the header cannot be read: {first.message}")
    sample = [dialect.cells(line) for line in head_lines(source)[1 + dialect.announced :]]
    columns = _numbered_columns(source, first, choice)
    if columns is None:
        columns = _named_columns(source, first, choice, sample)
    else:
        records = chain([first], records)
    width = len(first.cells)
    for record in records:
        if isinstance(record, RejectedRow):
            yield record
            continue
        row, cells, raw = record
        if len(cells) != width:
            message = f"got {counted(len(cells), 'cell')}, expected {width} as on the first line"
            yield RowError(Reason.WRONG_COLUMN_COUNT, message).rejected(row, raw)
            continue
        image_id = source.image_id_of_row(row) if columns.image is None else cells[columns.image]
        file_name = None if columns.file_name is None else cells[columns.file_name]
        if dialect.padded and isinstance(image_id, str):
            image_id = image_id.strip(" ")
        captions = [cells[at] for at in columns.captions]
        value = captions[0] if len(captions) == 1 else together(captions)
        yield from caption_rows(value, image_id, row, raw, file_name)


def _named_columns(source: Source, header: Cells, choice: FieldChoice, sample: list[list[str]]) -> _Columns:
    names = [cell.strip(" ") for cell in header.cells]
    _check_parted(source, names, header.row)
    several = several_fields(choice.caption, names)
    try:
        if several and (absent := absent_field(str(choice.caption), names)):
            raise RowError(Reason.MISSING_FIELD, f"field '{absent}' is missing (has: {listed(names)})")
        fields = locate((*names, str(choice.caption)) if several else tuple(names), choice)
        if choice.caption is not None and any(map(_names_an_image, names)):
            raise RowError(Reason.MISSING_FIELD, f"field '{choice.caption}' is missing (has: {listed(names)})")
    except RepeatedFieldError as error:
        raise InputError(f"{source.name}:{header.row}: {error.message}") from None
    except RowError as error:
        raise InputError(
            f"{source.name}:{header.row}: {_no_column(error.message, header.cells, sample)}"
        ) from None
    source.say_once(lambda: fields.described(names) + _repeating(fields, names, choice, sample))
    position = names.index
    return _Columns(
        tuple(map(position, several or (fields.caption,))),
        None if fields.image is None else position(fields.image),
        None if fields.file_name is None else position(fields.file_name),
    )


def _names_an_image(name: str) -> bool:
    """Whether a cell is an image's file or address, as those of headers are not."""
    return is_image_file(name) or "://" in name


def _check_parted(source: Source, names: list[str], row: int) -> None:
    """Raises `InputError` for a single column that seems to be several, parted by something unknown."""
    lines = head_lines(source)
    if len(names) > 1 or len(lines) < 2:
        return
    delimiter = separated_otherwise(lines)
    if delimiter is not None:
        known = ", ".join(DELIMITERS.values())
        raise InputError(
            f"{source.name}:{row}: the line is one column, '{shortened(names[0])}', although {delimiter!r} seems"
            f" to part several. Columns are parted by {known}. Put tabs there: sed 's/{delimiter}/\\t/' FILE"
        )


def _no_column(message: str, header: list[str], sample: list[list[str]]) -> str:
    """What is wrong with a header, and the option that mends it."""
    options = guessed_columns([header, *sample] if looks_like_data(header) else sample).options()
    if looks_like_data(header):
        found = message.partition(". ")[0]
        return f"{found}. The first line seems to be no header: a file without one takes numbers. Try {options}"
    if len(header) == 1:
        return f"{message}, if this line names the column. If it is a caption like those after it: --format txt"
    return f"{message}. A file without a header line takes column numbers, such as {options}"


def _repeating(fields: Fields, names: list[str], choice: FieldChoice, sample: list[list[str]]) -> str:
    """That another column tells which captions belong together, where the one taken differs on all rows."""
    rows = [row for row in sample if len(row) == len(names)]
    if choice.image is not None or fields.image is None or len(rows) < 2:
        return ""
    values = {name: {row[at] for row in rows} for at, name in enumerate(names)}
    if len(values[fields.image]) < len(rows):
        return ""
    others = [
        name for name in names if name.lower() in IMAGE_FIELDS and name not in (fields.image, fields.caption)
    ]
    repeating = [name for name in others if 1 < len(values[name]) < len(rows)]
    if not repeating:
        return ""
    return (
        f". '{fields.image}' differs on every row, '{repeating[0]}' repeats: if it names the image,"
        f" --image-field {repeating[0]}"
    )


def _numbered_columns(source: Source, first: Cells, choice: FieldChoice) -> _Columns | None:
    """The columns of a file without a header; None where the choice is by name."""
    if choice.caption is None or choice.caption in first.cells or not NUMBERS.fullmatch(choice.caption):
        return None
    captions = choice.caption.split(",")
    if choice.image is not None and not choice.image.isdecimal():
        message = f"--caption-field {choice.caption} is a column number, --image-field {choice.image} is not"
        raise UsageError(f"{message}. Give two numbers (no header line) or two names (header line)")
    width = len(first.cells)
    numbers = [int(field) for field in (*captions, choice.image) if field is not None]
    for number in numbers:
        if not 1 <= number <= width:
            raise InputError(
                f"{source.name}:{first.row}: there is no column {number}, the line has {width}, counted from 1"
            )
    named = [first.cells[number - 1].strip().lower() for number in numbers]
    if named[0] in CAPTION_FIELDS or is_header(named):
        name = quoted(first.cells[numbers[0] - 1].strip())
        raise InputError(
            f"{source.name}:{first.row}: --caption-field {choice.caption} is a column number, but the first line"
            f" is a header ({', '.join(map(shortened, first.cells))}). Try --caption-field {name}"
        )
    others = [str(number + 1) for number in range(width) if number + 1 not in numbers]
    source.say_once(lambda: Fields(choice.caption or "", choice.image, None).described(others))
    places = [number - 1 for number in numbers]
    image = None if choice.image is None else places.pop()
    return _Columns(tuple(places), image, None)
