"""JSON objects to caption rows, for every format that holds such objects, and JSON Lines, an object a line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from caption_parser.readers.checks import caption_rows, type_name
from caption_parser.readers.conversations import is_asking
from caption_parser.readers.dialects import head_lines
from caption_parser.readers.fields import FieldChoice, Fields, locate, locate_in
from caption_parser.readers.lines import read_lines
from caption_parser.readers.paths import Found, Step, beside, follow, path_of
from caption_parser.readers.rows import CaptionRow, Reason, RejectedRow, Row, RowError
from caption_parser.readers.several_fields import with_captions_together
from caption_parser.readers.source import Source
from caption_parser.readers.values import image_in
from shared_runtime.errors import InputError


class _Repeating(dict[str, Any]):
    """An object in which a name stands twice, with different values: the last one counts in JSON's readers."""

    repeated: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    for name, value in pairs:
        if found[name] != value:
            repeating = _Repeating(found)
            repeating.repeated = name
            return repeating
    return found


LENIENT_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_object)
"""Takes control characters within strings, where the standard wants them escaped."""


def repeated_name(value: object) -> str | None:
    """What is wrong with an object in which a name stands twice with different values; None: nothing."""
    return f"the name {value.repeated!r} stands twice in the object" if isinstance(value, _Repeating) else None


_FIRST_ROWS = 50
"""Of a source: a fault in these is told at once, for it is the user's to mend; later ones cost their own rows."""
_CONVERSATIONS = frozenset({"conversations", "conversation", "messages"})
_MARKS = (("is_rejected", Reason.MARKED_REJECTED), ("is_precanned", Reason.MARKED_PRECANNED))

Lookup = Callable[[object], str | None]
"""From an image id to its file name."""


def decode_json(text: str) -> object:
    """The value that `text` holds.

    Raises:
        RowError: it is not JSON, is nested too deeply, has a number too long to read, or is an object in which a
            name stands twice.
    """
    try:
        value = LENIENT_DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at character {error.pos}"
        raise RowError(Reason.INVALID_JSON, message) from None
    except (ValueError, RecursionError) as error:
        raise RowError(Reason.INVALID_JSON, f"not readable JSON: {error}") from None
    if repeated := repeated_name(value):
        raise RowError(Reason.INVALID_JSON, repeated)
    return value


UNNAMED = (
    "its images are stored without names, so that their ids are the numbers of their rows: write them out as files"
    " of these names, or name a field that other files know them by: --image-field NAME"
)
"""What a person should know of records with images in them."""


class RecordReader:
    """Turns the records of one source into rows.

    The first usable record decides whether records name their images, and by which field: if it does, a later
    record without a name is rejected; if not, each such record is an image of its own, named by its row number. A
    number that a record then gives could be the same: an `InputError` in one of the first rows, a rejected row
    later.
    """

    def __init__(
        self, source: Source, choice: FieldChoice, prefix: str = "", *, names_no_image: bool = False
    ) -> None:
        """`prefix`: the path of the records in their document, for a person.

        `names_no_image`: it is known that each record is an image of its own.
        """
        self._source = source
        self._choice = choice
        self._prefix = prefix
        self._image_given = choice.image is not None or names_no_image
        self._names_no_image = names_no_image
        self._said_unnamed = False
        self._counts_rows: bool | None = None
        """Whether images are named by the numbers of their rows; None: before the first usable record."""

    def rows(self, record: object, row: int, raw: str, file_name: Lookup | None = None) -> Iterator[Row]:
        """The captions of one record; `file_name` looks up the file of an image id that has none here."""
        if not isinstance(record, dict):
            yield RowError(Reason.WRONG_TYPE, f"got {type_name(record)}, expected an object").rejected(row, raw)
            return
        record = with_captions_together(record, self._choice.caption) or record
        try:
            fields = self._fields(record)
        except RowError as error:
            yield error.rejected(row, raw)
            return
        self._source.say_once(lambda: self._named(fields).described(tuple(record)))
        if fields.caption in record:
            yield from self._rows_of(record, record[fields.caption], fields, row, raw, file_name)
        else:
            yield from self._rows_within(record, fields, row, raw, file_name)

    def _fields(self, record: dict[str, Any]) -> Fields:
        if self._is_about_no_image(record):
            raise RowError(Reason.NO_IMAGE, "a conversation about no image")
        fields = locate_in(record, self._choice)
        if self._names_no_image:
            return replace(fields, image=None)
        if not self._image_given and fields.image is not None and _is_unnamed(record.get(fields.image)):
            fields = _without_image(record, fields, self._choice)
        if self._choice.image is None and fields.image is not None and not self._counts_rows:
            self._choice = replace(self._choice, image=fields.image)
        return fields

    def _is_about_no_image(self, record: dict[str, Any]) -> bool:
        """Whether this is one of the conversations without an image that are mixed into those about images."""
        conversation = next((record[name] for name in _CONVERSATIONS if name in record), None)
        if conversation is None or self._image_given or self._choice.caption is not None:
            return False
        if self._choice.image is not None and self._choice.image != "id":
            return not record.get(self._choice.image)
        try:
            image = locate(tuple(record), self._choice).image
        except RowError:
            return False
        return image == "id" and "<image" not in str(conversation)

    def _rows_of(
        self, record: dict[str, Any], value: object, fields: Fields, row: int, raw: str, file_name: Lookup | None
    ) -> Iterator[Row]:
        """The captions at a field of the record itself."""
        try:
            image = None if fields.image is None else _at(record, fields.image)
            yield from self._checked(record, value, (image, fields, file_name), row, raw)
        except RowError as error:
            yield error.rejected(row, raw)

    def _rows_within(
        self, record: dict[str, Any], fields: Fields, row: int, raw: str, file_name: Lookup | None
    ) -> Iterator[Row]:
        """The captions at a path, each with the image that stands beside it."""
        names = tuple(record)
        steps = path_of(fields.caption, names) or (fields.caption,)
        for found in follow(record, steps):
            if isinstance(found, RowError):
                yield found.rejected(row, raw)
                continue
            if not self._choice.everything and is_asking(found.holder):
                message = "what is asked in a conversation, not answered"
                yield RowError(Reason.NOT_A_DESCRIPTION, message).rejected(row, str(found.value))
                continue
            try:
                image = None if fields.image is None else _beside(found, steps, fields.image, names)
                yield from self._checked(found.holder, found.value, (image, fields, file_name), row, raw)
            except RowError as error:
                yield error.rejected(row, raw)

    def _checked(
        self,
        holder: Mapping[str, Any],
        value: object,
        place: tuple[Any, Fields, Lookup | None],
        row: int,
        raw: str,
    ) -> Iterator[Row]:
        """`holder`: the object that the captions `value` stand in."""
        image, fields, file_name = place
        image_id: object = image
        if isinstance(image, (dict, list)):
            image_id = image_in(image)
        counted = fields.image is None or (image_id is None and isinstance(image, (dict, list)))
        if counted:
            image_id = self._source.image_id_of_row(row)
            if isinstance(image, (dict, list)) and not self._said_unnamed:
                self._said_unnamed = True
                self._source.say(UNNAMED)
        name = holder.get(fields.file_name) if fields.file_name else None
        if name is None and file_name is not None:
            name = file_name(image_id)
        everything = self._choice.everything
        rows = caption_rows(value, image_id, row, raw, name, everything=everything)
        for checked in rows if everything else _unmarked(holder, value, rows, row):
            if isinstance(checked, CaptionRow):
                self._check_name(checked.image_id, row, counted=counted)
            yield checked

    def _check_name(self, image_id: int | str, row: int, *, counted: bool) -> None:
        """Raises RowError, or InputError in one of the first rows, for an image that may be taken for another."""
        if self._counts_rows is None:
            self._counts_rows = counted
        if counted == self._counts_rows:
            return
        if counted:
            raise RowError(Reason.MISSING_FIELD, "its image has no name, and those of the records before have one")
        if not (isinstance(image_id, int) and isinstance(self._source.image_id_of_row(row), int)):
            return
        message = (
            f"this record names its image by the number {image_id}, and the first ones name none, so that their"
            " images have the numbers of their rows: these could be taken for each other. Name the field, and"
            " records without it are left out: --image-field NAME"
        )
        if row <= _FIRST_ROWS:
            raise InputError(f"{self._source.name}:{row}: {message}")
        raise RowError(Reason.BAD_IMAGE_ID, message)

    def _named(self, fields: Fields) -> Fields:
        if not self._prefix:
            return fields
        image = None if fields.image is None else f"{self._prefix}{fields.image}"
        return Fields(f"{self._prefix}{fields.caption}", image, fields.file_name)


def _at(record: dict[str, Any], path: str) -> Any:
    if path in record:
        return record[path]
    return beside(Found(None, (record,)), (), path_of(path, tuple(record)) or (path,))


def _beside(found: Found, steps: tuple[Step, ...], path: str, names: tuple[str, ...]) -> Any:
    return beside(found, steps, path_of(path, names) or (path,))


def _is_unnamed(image: object) -> bool:
    """Whether an image is stored here with nothing that names it."""
    if not isinstance(image, (dict, list)):
        return False
    try:
        return image_in(image) is None
    except RowError:
        return True


def _without_image(record: dict[str, Any], fields: Fields, choice: FieldChoice) -> Fields:
    """The fields with another image field, or with none where nothing else names the image."""
    names = tuple(name for name in record if name != fields.image)
    try:
        others = locate(names, choice)
    except RowError:
        return fields
    return others


def _unmarked(holder: Mapping[str, Any], captions: object, rows: Iterator[Row], row: int) -> Iterator[Row]:
    """`rows`, but for captions that their data set marks as none."""
    if "is_rejected" not in holder and "is_precanned" not in holder:
        yield from rows
        return
    for number, checked in enumerate(rows):
        reason = next((reason for name, reason in _MARKS if _mark(holder.get(name), captions, number)), None)
        if reason is None or isinstance(checked, RejectedRow):
            yield checked
        else:
            yield RowError(reason, "its data set marks the caption so").rejected(row, checked.caption)


def _mark(mark: object, captions: object, number: int) -> bool:
    """A mark is one of all captions of the record, or a list with one of each."""
    if isinstance(mark, list) and isinstance(captions, list):
        mark = mark[number] if len(mark) == len(captions) > number else False
    return mark is True or (isinstance(mark, (int, float)) and mark == 1) or mark in ("1", "true", "True")


def read_jsonl(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a JSONL source; the row is the line number."""
    _refuse_document(source)
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


def _refuse_document(source: Source) -> None:
    """Raises `InputError` for one JSON document over all lines, whose lines would be rejected one by one."""
    first, *others = [line.strip() for line in head_lines(source)[:2]] or [""]
    if first in ("{", "[") or (first.startswith("[{") and not any(line.startswith("{") for line in others)):
        raise InputError(f"{source.name} is one JSON document, not an object per line. Try --format coco")
