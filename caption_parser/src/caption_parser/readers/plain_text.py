"""Text files: a caption a line, unless the lines show that they are something else.

A header line (Flickr8k's `captions.txt`), lines that begin with the name of an image file, and Flickr's tokens are
read as what they are; other tables are refused with the options that read them.
"""

import json
import re
from collections.abc import Iterator, Sequence

from caption_parser.readers.checks import IMAGE_SUFFIXES, caption_row, caption_rows, looks_like_a_name
from caption_parser.readers.dialects import (
    DELIMITERS,
    Dialect,
    dialect_of,
    guessed_columns,
    head_lines,
    header_names,
    is_header,
)
from caption_parser.readers.fields import FieldChoice, alone
from caption_parser.readers.lines import read_lines
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.source import Source
from caption_parser.readers.tables import read_table
from shared_runtime.errors import InputError

_ALIKE = 0.9
_SOME = 0.5

_TOKEN_LINE = re.compile(r"([^\t]+)#\d+\t(.*)", re.DOTALL)
_PAIR = re.compile(
    rf"""\s*["']?(?P<image>[^\t|;,"']*?[^\t|;,"'\s]\.(?:{IMAGE_SUFFIXES}))["']?(?:\#\d+)?
    (?:\s*(?::=|=>|->|[:|;,=\t])\s*|\s+-+\s+|\s+)(?P<caption>.*\S)\s*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def read_plain_text(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a text source, by what its first lines look like."""
    lines = head_lines(source)
    if lines and _TOKEN_LINE.fullmatch(lines[0]):
        return read_flickr(source, choice)
    if delimiter := _header_delimiter(lines):
        return read_table(source, choice, dialect_of(source, delimiter, choice, own_quoted=delimiter != "\t"))
    pairs = sum(_PAIR.fullmatch(line) is not None for line in lines)
    if lines and pairs >= _ALIKE * len(lines):
        return _read_pairs(source)
    _refuse_others(source, lines, pairs)
    return _read_captions(source)


def _read_captions(source: Source) -> Iterator[Row]:
    """A caption a line. A blank line is an empty caption, but blank lines at the end are none."""
    source.say_once(lambda: alone("line"))
    first_blank: int | None = None
    for line in read_lines(source):
        row = line.row
        if isinstance(line, RejectedRow):
            checked: Row = line
        elif not line.text or line.text.isspace():
            first_blank = first_blank or row
            continue
        else:
            checked = caption_row(line.text, source.image_id_of_row(row), row, line.text)
        for blank in range(first_blank or row, row):
            yield _blank(source, blank)
        first_blank = None
        yield checked
    if first_blank and source.stretch and source.stretch.goes_on:
        for blank in range(first_blank, row + 1):
            yield _blank(source, blank)


def _blank(source: Source, row: int) -> Row:
    return caption_row("", source.image_id_of_row(row), row, "")


def read_flickr(source: Source, _choice: FieldChoice) -> Iterator[Row]:
    """The captions of a token file; the image's file name is its id, the row is the line number."""
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
        elif match := _TOKEN_LINE.fullmatch(line.text):
            image, caption = match.groups()
            yield caption_row(caption, image, line.row, line.text, file_name=image)
        elif line.text and not line.text.isspace():
            message = "expected IMAGE#NUMBER, a tab and the caption"
            yield RowError(Reason.MALFORMED_LINE, message).rejected(line.row, line.text)


def _read_pairs(source: Source) -> Iterator[Row]:
    """An image file and its caption a line."""
    source.say_once(lambda: "each line is an image file and its caption")
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
        elif match := _PAIR.fullmatch(line.text):
            yield from caption_rows(match["caption"], match["image"], line.row, line.text, match["image"])
        elif line.text and not line.text.isspace():
            message = "expected an image file and its caption, as on the lines before"
            yield RowError(Reason.MALFORMED_LINE, message).rejected(line.row, line.text)


def _header_delimiter(lines: Sequence[str]) -> str | None:
    """What parts the names of columns on the first line; none: it is no header."""
    for delimiter in DELIMITERS if lines else ():
        names = header_names(lines[0], delimiter)
        if (
            len(names) > 1
            and is_header(names)
            and all(len(line.split(delimiter)) >= len(names) for line in lines[:2])
        ):
            return delimiter
    return None


def _refuse_others(source: Source, lines: Sequence[str], pairs: int) -> None:
    """Raises `InputError` for lines that are no captions, with the option that reads them."""
    name = source.name
    if pairs >= max(2, _SOME * len(lines)):
        raise InputError(
            f"{name}: {pairs} of the first {len(lines)} lines begin with an image file, the others do not: they"
            " are no captions alone. Give every line its image (IMAGE : CAPTION), or make it a table"
        )
    if lines and lines[0].lstrip()[:1] in ("{", "["):
        try:
            record = json.loads(lines[0])
        except (ValueError, RecursionError):
            record = {} if lines[0].strip() in ("{", "[") else None
        if isinstance(record, (dict, list)):
            one = isinstance(record, dict) and bool(record)
            raise InputError(f"{name} holds JSON, not text. Try --format {'jsonl' if one else 'coco'}")
    for delimiter, word in DELIMITERS.items():
        if len(lines) > 1 and _is_table(lines, delimiter):
            rows = [line.split(delimiter) for line in lines]
            options = f"--format {'tsv' if delimiter == chr(9) else 'csv'} {guessed_columns(rows).options()}"
            raise InputError(
                f"{name} seems to be a table (columns parted by {word}), not a caption a line. Try {options}"
            )


def _is_table(lines: Sequence[str], delimiter: str) -> bool:
    """Whether all lines have as many cells, and one column of them names things: captions have commas, too.

    Numbers name things in the first column; at the end of a caption they are years ("Berlin, 2019").
    """
    rows = [Dialect(delimiter, quoted=False).cells(line) for line in lines]
    if len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    if delimiter == "\t":
        return True
    return any(
        all(looks_like_a_name(cell.strip()) and (at == 0 or not _is_number(cell)) for cell in column)
        for at, column in enumerate(zip(*rows, strict=True))
    )


def _is_number(cell: str) -> bool:
    return not any(character.isalpha() for character in cell)
