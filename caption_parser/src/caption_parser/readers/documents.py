"""JSON documents: COCO's captions (`images`, `annotations`), arrays of records, and what else holds captions.

The records are the elements of an array: the document itself, COCO's `annotations`, or another array whose first
element has a known caption field (`data` in TextCaps, `images` in Karpathy's splits). Documents without such an
array may map images to captions, or hold an array of images and one of captions (`json_maps`). Of several
documents behind each other, each may also be a record itself.

Two annotations may share an id, as nothing is looked up by it. An image's file name is known where `images`
comes before `annotations`, as in COCO's own files, and lists the image once or under one name; otherwise the
rows are the same without it. The names are what the memory grows with: about 150 bytes per listed image.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from caption_parser.readers.checks import type_name
from caption_parser.readers.dialects import head_lines
from caption_parser.readers.fields import FieldChoice, listed, locate
from caption_parser.readers.json_document import DamagedStretch, Element, JsonDocuments, Member
from caption_parser.readers.json_maps import JsonMaps, is_map
from caption_parser.readers.json_records import RecordReader, decode_json, read_jsonl
from caption_parser.readers.lines import Line, checked_line
from caption_parser.readers.paths import Each, path_of, path_text, paths_in, steps_of
from caption_parser.readers.rows import Reason, RejectedRow, Row, RowError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError


def read_json(source: Source, choice: FieldChoice) -> Iterator[Row]:
    """The captions of a JSON source; the row is the 1-based number of the record in its array."""
    if _is_json_lines(source, choice):
        yield from read_jsonl(source, choice)
        return
    reader = _DocumentReader(source, choice)
    while reader.documents.begin():
        yield from reader.document()


def _is_json_lines(source: Source, choice: FieldChoice) -> bool:
    """Whether the first lines are objects of their own, and no documents of several records."""
    lines = head_lines(source)[:2]
    if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
        return False
    try:
        first = decode_json(lines[0])
    except RowError:
        return False
    if not isinstance(first, dict):
        return False
    if choice.caption is not None or _has_caption(first, choice):
        return True
    return not _holds_records(first, choice, with_images=True) and not is_map(first)


class _Records(NamedTuple):
    """An array whose elements are records."""

    reader: RecordReader
    chosen: Each
    """Which of its elements are."""


class _DocumentReader:
    def __init__(self, source: Source, choice: FieldChoice) -> None:
        self.documents = JsonDocuments(source)
        self._source = source
        self._choice = choice
        self._names = _FileNames()
        self._arrays: dict[str, _Records | None] = {}
        """By name; None: what is in it has no captions."""
        self._chosen: set[str] = set()
        """The arrays of this document that have."""
        self._paths: list[str] = []
        """What was passed over, for a message."""
        self._maps = JsonMaps(source, choice)
        self._found = False
        self._is_of_records = False
        """A document was a record itself."""
        self._nested: Counter[str] = Counter()
        """How many elements the arrays within objects had in the documents before."""

    def document(self) -> Iterator[Row]:
        """The captions of a document, and what is wrong in it. Raises `InputError`, `TruncatedInputError`."""
        self._arrays = {key: records for key, records in self._arrays.items() if records is not None}
        self._chosen, self._paths, self._found = set(), [], False
        self._maps.begin()
        for element in self.documents.elements(self._is_record):
            if isinstance(element, DamagedStretch):
                # Damage is told of: that nothing else was found is no news.
                self._found = self._found or (not element.key and self.documents.number > 1)
                yield RowError(Reason.INVALID_JSON, element.message).rejected(element.number, element.raw)
            elif isinstance(element, Member):
                yield from self._maps.of_image(element.key, element.value)
            else:
                yield from self.rows(element)
        yield from self._rest()

    def _is_record(self, value: object) -> bool:
        """Whether a whole document is one record: files of them come from programs that append to a file."""
        if not isinstance(value, dict) or self._maps.names_an_image(value):
            return False
        try:
            fields = locate(tuple(value), self._choice)
        except RowError:
            return self._is_of_records and not _holds_records(value, self._choice)
        image = value.get(fields.image) if fields.image else None
        named = isinstance(image, (int, str)) and (fields.caption in value or self._choice.image is not None)
        if not named and not (isinstance(value.get(fields.caption), str) and fields.caption in _CLEAR):
            return False
        others = {name: inner for name, inner in value.items() if name != _path_head(fields.caption, value)}
        is_one = not _holds_records(others, self._choice)
        self._is_of_records = self._is_of_records or is_one
        return is_one

    def rows(self, element: Element) -> Iterator[Row]:
        """The captions of an element of an array."""
        key = element.key
        if key not in self._arrays:
            if self._maps.takes(element) and not self._is_named(key):
                yield from self._maps.rows(element)
                self._found = self._found or not key or self._maps.is_of_images
                return
            self._arrays[key] = self._records(element)
        if key == "images":
            self._names.add(element.value)
        records = self._arrays[key]
        if records is not None:
            self._chosen.add(key)
        if records is None:
            yield from self._maps.keep(element, may_wait=not self._found)
        elif any(records.chosen.elements([element.value])) or not element.value:
            self._found = True
            line = checked_line(Line(element.number, element.raw))
            if isinstance(line, RejectedRow):
                yield line
            else:
                yield from records.reader.rows(element.value, line.row, line.text, self._names.get)

    def _rest(self) -> Iterator[Row]:
        """What can only be told at the end of the document.

        Raises `InputError` where it holds nothing that may be captions.
        """
        members = self.documents.members
        if not self._found and not is_map(members):
            before = self._nested.copy()
            for element in _arrays_within(members):
                self._nested[element.key] += 1
                if isinstance(element.value, dict):
                    yield from self.rows(replace(element, number=before[element.key] + element.number))
        if not self.documents.is_object or (self._found and not self._maps.is_of_images):
            return
        rows = self._maps.rest(members)
        first = next(rows, None)
        if first is not None:
            yield first
            yield from rows
        elif not self._found and members and members.get("annotations") != []:
            number = self.documents.number
            if number == 1 and not self.documents.follows():
                raise InputError(f"{self._source.name}: {self._no_captions()}")
            message = f"document {number} of the file, at byte {self.documents.starts_at:,}: {self._no_captions()}"
            yield RowError(Reason.MISSING_FIELD, message).rejected(number, self.documents.raw)

    def _records(self, element: Element) -> _Records | None:
        """Decided when the first element of an array comes."""
        key, value = element.key, element.value
        named = _within(self._choice, key)
        if named is not None:
            choice, chosen = named
        elif not key or (key == "annotations" and self._may_be_annotations(value)):
            choice, chosen = self._choice if not key else _of_annotations(value, self._choice), Each()
        elif _has_caption(value, self._choice):
            choice, chosen = self._choice, Each()
        else:
            inner = [f"{key}[].{path}" for path in paths_in(value)] if isinstance(value, dict) else [f"{key}[]"]
            self._paths.extend(inner)
            return None
        if others := sorted(self._chosen):
            raise InputError(
                f"{self._source.name}: both '{others[0]}' and '{key}' hold captions. Say which:"
                f" --caption-field '{others[0]}[].NAME' or --caption-field '{key}[].NAME'"
            )
        prefix = f"{key}[]." if key not in ("", "annotations") else ""
        return _Records(RecordReader(self._source, choice, prefix), chosen)

    def _is_named(self, key: str) -> bool:
        return self._choice.caption is not None and _within(self._choice, key) is not None

    def _may_be_annotations(self, value: object) -> bool:
        """Whether the captions are in COCO's array; a path may lead to another one."""
        path = self._choice.caption
        return path is None or Each() not in (steps_of(path) or ()) or _has_caption(value, self._choice)

    def _no_captions(self) -> str:
        members = self.documents.members
        if "annotations" in members and not isinstance(members["annotations"], list):
            found = f"'annotations' is {type_name(members['annotations'])}, expected a list"
        elif self._choice.caption is not None:
            found = f"field '{self._choice.caption}' is missing (has: {listed(self._paths or paths_in(members))})"
        elif self._paths:
            found = f"no known field of captions (has: {listed(self._paths)})"
            return f"{found}. Name it, such as --caption-field '{self._paths[0]}'"
        else:
            found = f"field 'annotations' is missing (has: {listed(paths_in(members))})"
        return f"{found}. COCO's caption files have it; for one object per line, try --format jsonl"


def _within(choice: FieldChoice, key: str) -> tuple[FieldChoice, Each] | None:
    """The choice within the elements of the array `key`, and which of them; none: its path leads elsewhere."""
    prefix = steps_of(key) or ()
    steps = steps_of(choice.caption or "") or ()
    if len(steps) <= len(prefix) or steps[: len(prefix)] != prefix:
        return None
    chosen = steps[len(prefix)]
    if not isinstance(chosen, Each):
        return None
    inner = path_text(steps[len(prefix) + 1 :]) or None
    image = choice.image
    image_steps = steps_of(image or "") or ()
    if image_steps[: len(prefix)] == prefix and image_steps[len(prefix) : len(prefix) + 1] in (
        (chosen,),
        (Each(),),
    ):
        image = path_text(image_steps[len(prefix) + 1 :])
    return replace(choice, caption=inner, image=image), chosen


_CLEAR = ("caption", "captions")
"""Fields that hold captions wherever they stand; a `description` may be one of the file."""


def _path_head(path: str, names: Mapping[str, Any]) -> str:
    """The field of a record that a path begins with."""
    steps = path_of(path, tuple(names)) or (path,)
    return str(steps[0])


def _holds_records(value: Mapping[str, Any], choice: FieldChoice, *, with_images: bool = False) -> bool:
    """Whether an array in a document, or in an object in it, has records with captions, or an object maps images.

    `with_images`: records that name their image.
    """
    if isinstance(value.get("annotations"), list) or any(
        isinstance(inner, dict) and is_map(inner) for inner in value.values()
    ):
        return True
    arrays = {name: inner for name, inner in value.items() if isinstance(inner, list) and inner}
    firsts = chain((inner[0] for inner in arrays.values()), (element.value for element in _arrays_within(value)))
    return any(
        _has_caption(first, choice) and (not with_images or locate(tuple(first), choice).image is not None)
        for first in firsts
    )


_DEPTH = 6


def _arrays_within(value: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[Element]:
    """The elements of arrays that stand in objects of the document."""
    for name, inner in value.items():
        path = f"{before}.{name}" if before else str(name)
        if isinstance(inner, dict) and depth < _DEPTH:
            yield from _arrays_within(inner, path, depth + 1)
        elif isinstance(inner, list) and before:
            for number, element in enumerate(inner, 1):
                yield Element(path, number, element, json.dumps(element, ensure_ascii=False))


def _of_annotations(value: object, choice: FieldChoice) -> FieldChoice:
    """COCO's own names, unless the user gives others or the caption has another known name."""
    names = tuple(value) if isinstance(value, dict) else ()
    caption = choice.caption
    if caption is None and ("caption" in names or not _has_caption(value, choice)):
        caption = "caption"
    return replace(choice, caption=caption, image=choice.image or "image_id")


def _has_caption(value: object, choice: FieldChoice) -> bool:
    if not isinstance(value, Mapping):
        return False
    try:
        locate(tuple(value), replace(choice, image=None))
    except RowError:
        return False
    return True


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
