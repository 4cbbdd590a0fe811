"""JSON objects to caption rows, for every format that holds such objects."""

from collections.abc import Callable, Iterator

from caption_parser.readers.checks import caption_rows, type_name
from caption_parser.readers.fields import FieldChoice, locate
from caption_parser.readers.reasons import Reason, RowError
from caption_parser.readers.rows import Row
from caption_parser.readers.source import Source


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
