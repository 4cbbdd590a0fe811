"""CSV and TSV: a header line names the columns, or the user gives their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from caption_parser.readers.checks import caption_row
from caption_parser.readers.csv_records import Cells, csv_records
from caption_parser.readers.fields import FieldChoice, locate
from caption_parser.readers.lines import escaped_lines, read_lines
from caption_parser.readers.reasons import Reason, RowError
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError, UsageError


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
    caption, *image = (number - 1 for number in numbers)
    return _Columns(caption, image[0] if image else None, None)
