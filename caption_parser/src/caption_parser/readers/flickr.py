"""The token file of Flickr8k and Flickr30k: `image.jpg#n<TAB>caption`, n counting the image's captions."""

import re
from collections.abc import Iterator

from caption_parser.readers.checks import caption_row
from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.lines import read_lines
from caption_parser.readers.reasons import Reason, RowError
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import Source

_TOKEN_LINE = re.compile(r"([^\t]+)#\d+\t(.*)", re.DOTALL)


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
