"""JSON Lines: one object per line, with a caption or a list of captions. Blank lines are passed over."""

from collections.abc import Iterator

from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.json_text import decode_json
from caption_parser.readers.lines import read_lines
from caption_parser.readers.reasons import RowError
from caption_parser.readers.records import RecordReader
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import Source


def read_jsonl(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a JSONL source; the row is the line number."""
    reader = RecordReader(source, choice)
    for line in read_lines(source):
        if isinstance(line, RejectedRow):
            yield line
            continue
        if not line.text or line.text.isspace():
            continue
        try:
            record = decode_json(line.text)
        except RowError as error:
            yield error.rejected(line.row, line.text)
        else:
            yield from reader.rows(record, line.row, line.text)
