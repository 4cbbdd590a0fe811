"""Plain text: each line is the caption of an image of its own, whose id is the line number."""

from collections.abc import Iterator

from caption_parser.readers.checks import caption_row
from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.lines import read_lines
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import Source


def read_plain_text(source: Source, _choice: FieldChoice) -> Iterator[Row]:
    """The captions of a text source. A blank line is an empty caption, but blank lines at the end are none."""
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
            yield caption_row("", source.image_id_of_row(blank), blank, "")
        first_blank = None
        yield checked
