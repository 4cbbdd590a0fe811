"""COCO's captions JSON (`images`, `annotations`), and JSON arrays of records such as COCO's caption results.

Two annotations may share an id, as nothing is looked up by it. An image's file name is known where `images`
comes before `annotations`, as in COCO's own files, and lists the image once or under one name; otherwise the
rows are the same without it. The names are what the memory grows with: about 150 bytes per listed image.
"""

from collections.abc import Iterator

from caption_parser.readers.checks import type_name
from caption_parser.readers.fields import FieldChoice, listed
from caption_parser.readers.json_document import DamagedStretch, JsonDocument
from caption_parser.readers.json_records import RecordReader
from caption_parser.readers.lines import Line, checked_line
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError


def read_coco(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a JSON source; the row is the 1-based number of the annotation."""
    document = JsonDocument(source)
    annotations = RecordReader(source, FieldChoice(choice.caption or "caption", choice.image or "image_id"))
    records = RecordReader(source, choice)
    names = _FileNames()
    for element in document.elements():
        if isinstance(element, DamagedStretch):
            yield RowError(Reason.INVALID_JSON, element.message).rejected(element.number, element.raw)
        elif element.key == "images":
            names.add(element.value)
        elif element.key in ("annotations", ""):
            line = checked_line(Line(element.number, element.raw))
            if isinstance(line, RejectedRow):
                yield line
            elif element.key:
                yield from annotations.rows(element.value, line.row, line.text, names.get)
            else:
                yield from records.rows(element.value, line.row, line.text)
    if document.is_object and not isinstance(document.members.get("annotations"), list):
        raise InputError(_not_coco(source.name, document.members))


class _FileNames:
    """Image id to file name, as far as the images say so without contradiction."""

    def __init__(self) -> None:
        self._names: dict[int | str, str | None] = {}

    def add(self, image: object) -> None:
        """Notes an element of `images`; what is wrong with it costs no caption."""
        match image:
            case {"id": int() | str() as image_id, "file_name": str() as name}:
                self._names[image_id] = name if self._names.get(image_id, name) == name else None

    def get(self, image_id: object) -> str | None:
        """The file name of the image, where it is known."""
        return self._names.get(image_id) if isinstance(image_id, (int, str)) else None


def _not_coco(name: str, members: dict[str, object]) -> str:
    if "annotations" in members:
        found = f"'annotations' is {type_name(members['annotations'])}, expected a list"
    else:
        found = f"field 'annotations' is missing (has: {listed(list(members))})"
    return f"{name}: {found}. COCO's caption files have it; for one object per line, try --format jsonl"
