"""How a table separates its columns, told from its first lines: comma, semicolon, pipe or tab, quotes, padding."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from caption_parser.readers.checks import looks_like_a_name
from caption_parser.readers.fields import CAPTION_FIELDS, IMAGE_FIELDS, FieldChoice
from caption_parser.readers.several_fields import several_fields
from caption_parser.readers.source import Source

DELIMITERS = {",": "comma", ";": "semicolon", "|": "pipe", "\t": "tab"}

_LINES = 50
_ALIKE = 0.9
"""The share of lines that must have as many cells as the first where no header tells the delimiter."""
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
NUMBERS = re.compile(r"\d+(,\d+)*")
"""Columns by their numbers: "2", or several, "2,3"."""

_OTHER_DELIMITER = re.compile(r"[:~^#=]|::|->|\s-\s|\s{2,}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a line are told apart."""

    delimiter: str
    quoted: bool = True
    """A cell in quotes may hold delimiters and line breaks; otherwise quotes are text."""
    padded: bool = False
    """A space behind each delimiter is none of the cell's."""
    announced: bool = False
    """The first line is Excel's `sep=;`, and no row."""

    def cells(self, line: str) -> list[str]:
        """The cells of one line; a cell over several lines ends with it."""
        if self.quoted:
            try:
                return next(csv.reader([line], delimiter=self.delimiter, skipinitialspace=self.padded), [])
            except csv.Error:
                pass
        cells = line.split(self.delimiter)
        return [cell.strip(" ") for cell in cells] if self.padded else cells


def head_lines(source: Source) -> list[str]:
    """The first lines that are not blank, without one that the first bytes end within, unless it is all."""
    text = source.head.decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    whole = lines[:-1] or lines
    return [line for line in whole if line.strip()][:_LINES]


def dialect_of(source: Source, own: str, choice: FieldChoice, *, own_quoted: bool) -> Dialect:
    """The dialect of a table.

    `own`: the delimiter that its format is named for, taken where nothing speaks against it; `own_quoted`:
    whether quotes mean something with it.
    """
    lines = head_lines(source)
    announced = _SEPARATOR_LINE.fullmatch(lines[0].strip()) if lines else None
    if announced:
        return Dialect(announced[1], announced=True)
    delimiter = _delimiter(lines, own, choice)
    quoted = own_quoted if delimiter == own else delimiter in ",;" or _has_quoted_cells(lines, delimiter)
    header = Dialect(delimiter, quoted).cells(lines[0]) if lines else []
    padded = len(header) > 1 and all(cell.startswith(" ") or not cell for cell in header[1:])
    return Dialect(delimiter, quoted, padded)


def header_names(line: str, delimiter: str) -> list[str]:
    """The cells of a line as names of columns, in lower case."""
    return [cell.strip().lower() for cell in Dialect(delimiter, padded=True).cells(line)]


def is_header(names: Sequence[str]) -> bool:
    """Whether these are the columns of captions and images."""
    return not {*names}.isdisjoint(CAPTION_FIELDS) and not {*names}.isdisjoint(IMAGE_FIELDS)


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether these are the cells of a row, rather than the names of columns."""
    return any(looks_like_a_name(cell.strip()) or len(cell.split()) > 3 for cell in cells)


@dataclass(frozen=True, slots=True)
class Guess:
    """Which columns, counted from 1, seem to hold the caption and the image."""

    caption: int | None
    image: int | None

    def options(self) -> str:
        """The options that say so."""
        caption = "N" if self.caption is None else self.caption
        if self.image is None:
            return f"--caption-field {caption}" + (" --image-field M" if self.caption is None else "")
        return f"--caption-field {caption} --image-field {self.image}"


def guessed_columns(rows: Sequence[Sequence[str]]) -> Guess:
    """From what the cells look like: captions have words, images have names."""
    width = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0
    columns = [[row[at].strip() for row in rows if len(row) == width] for at in range(width)]
    named = [at for at, cells in enumerate(columns) if all(looks_like_a_name(cell) for cell in cells)]
    worded = [at for at in range(width) if at not in named]
    caption = max(worded, key=lambda at: sum(len(cell.split()) for cell in columns[at]), default=None)
    files = [at for at in named if any("." in cell for cell in columns[at])]
    image = next(iter(files or named), None)
    return Guess(None if caption is None else caption + 1, None if image is None else image + 1)


def separated_otherwise(lines: Sequence[str]) -> str | None:
    """What seems to part the columns of lines that no known delimiter parts, as it is written; none: nothing."""
    found = _OTHER_DELIMITER.search(lines[0].strip()) if lines else None
    if found is None:
        return None
    alike = sum(found[0] in line for line in lines)
    return found[0] if alike >= max(2, _ALIKE * len(lines)) else None


def _delimiter(lines: Sequence[str], own: str, choice: FieldChoice) -> str:
    if not lines:
        return own
    candidates = [own, *(delimiter for delimiter in DELIMITERS if delimiter != own)]
    chosen = (choice.caption or "").strip().lower()
    for delimiter in candidates:
        names = header_names(lines[0], delimiter)
        if len(names) > 1 and (
            _is_in(chosen, names) if chosen and not NUMBERS.fullmatch(chosen) else _has_known(names)
        ):
            return delimiter
    widths = {delimiter: _common_width(lines, delimiter) for delimiter in candidates}
    if widths[own] > 1:
        return own
    return next((delimiter for delimiter in candidates if widths[delimiter] > 1), own)


def _is_in(chosen: str, names: Sequence[str]) -> bool:
    return chosen in names or bool(several_fields(chosen, names))


def _has_known(names: Sequence[str]) -> bool:
    return not {*names}.isdisjoint(CAPTION_FIELDS)


def _common_width(lines: Sequence[str], delimiter: str) -> int:
    """How many cells nearly all lines have; 0: they differ."""
    dialect = Dialect(delimiter)
    widths = [len(dialect.cells(line)) for line in lines]
    return widths[0] if widths.count(widths[0]) >= _ALIKE * len(widths) else 0


def _has_quoted_cells(lines: Sequence[str], delimiter: str) -> bool:
    cells = [cell.strip() for line in lines for cell in line.split(delimiter)]
    opened = [cell for cell in cells if cell.startswith('"')]
    return bool(opened) and all(len(cell) > 1 and cell.endswith('"') for cell in opened)
