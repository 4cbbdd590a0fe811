"""JSON objects to caption rows, for every format that holds such objects, and JSON Lines, an object a line."""

import json
from collections.abc import Callable, Iterator

from caption_parser.readers.checks import caption_rows, type_name
from caption_parser.readers.fields import FieldChoice, locate
from caption_parser.readers.lines import read_lines
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.source import Source

LENIENT_DECODER = json.JSONDecoder(strict=False)
"""Takes control characters within strings, where the standard wants them escaped."""


def decode_json(text: str) -> object:
    """The value that `text` holds.

    Raises:
        RowError: it is not JSON, is nested too deeply, or has a number too long to read.
    """
    try:
        return LENIENT_DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at character {error.pos}"
        raise RowError(Reason.INVALID_JSON, message) from None
    except (ValueError, RecursionError) as error:
        raise RowError(Reason.INVALID_JSON, f"not readable JSON: {error}") from None


class RecordReader:
    """Turns the records of one source into rows.

    The first record that has an image field decides which one it is: a later record without it is rejected.
    As long as no record has one, each is an image of its own, named by its row number.
    """

    def __init__(self, source: Source, choice: FieldChoice) -> None:
        self._source = source
        self._choice = choice

    def rows(
        self, record: object, row: int, raw: str, file_name: Callable[[object], str | None] | None = None
    ) -> Iterator[Row]:
        """The captions of one record; `file_name` looks up the file of an image id that has none here."""
        if not isinstance(record, dict):
            yield RowError(Reason.WRONG_TYPE, f"got {type_name(record)}, expected an object").rejected(row, raw)
            return
        try:
            fields = locate(tuple(record), self._choice)
        except RowError as error:
            yield error.rejected(row, raw)
            return
        self._source.say_once(lambda: fields.described(tuple(record)))
        image_id: object
        if fields.image is None:
            image_id = self._source.image_id_of_row(row)
        else:
            image_id = record[fields.image]
            if self._choice.image is None:
                self._choice = FieldChoice(self._choice.caption, fields.image)
        name = record[fields.file_name] if fields.file_name else None
        if name is None and file_name is not None:
            name = file_name(image_id)
        yield from caption_rows(record[fields.caption], image_id, row, raw, name)


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
