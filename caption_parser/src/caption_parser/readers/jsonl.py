"""JSON Lines: one object per line, with a caption or a list of captions. Blank lines are passed over."""

import json
from collections.abc import Iterator

from caption_parser.readers.fields import FieldChoice
from caption_parser.readers.lines import read_lines
from caption_parser.readers.reasons import Reason, RowError
from caption_parser.readers.records import RecordReader
from caption_parser.readers.rows import RejectedRow, Row
from caption_parser.readers.source import Source

# Not strict: a control character within a string is for the caption checks to judge.
_DECODER = json.JSONDecoder(strict=False)


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


def decode_json(text: str) -> object:
    """The value that `text` holds.

    Raises:
        RowError: it is no JSON, is nested too deeply, or has a number too long to read.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at character {error.pos}"
        raise RowError(Reason.INVALID_JSON, message) from None
    except (ValueError, RecursionError) as error:
        raise RowError(Reason.INVALID_JSON, f"not readable JSON: {error}") from None
