"""JSON documents without records: from image to captions, or columns as arrays of equal length.

`{"1.jpg": ["a dog", "a pup"], "2.jpg": "a cat"}`; `{"image_urls": [...], "captions": [...]}` (SBU's own file);
`{"image": {"0": ...}, "caption": {"0": ...}}` (a frame written by pandas); `["a dog", "a cat"]`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from caption_parser.readers.checks import caption_rows, looks_like_a_name
from caption_parser.readers.fields import CAPTION_FIELDS, IMAGE_FIELDS, FieldChoice, alone, locate
from caption_parser.readers.json_document import Element
from caption_parser.readers.rows import Row, RowError
from caption_parser.readers.source import Source
from caption_parser.readers.values import INNER_CAPTION_FIELDS
from shared_runtime.errors import InputError

_CODE = re.compile(r"\S*\d{5,}")
"""Such as COCO_val2014_000000391895."""
_ROW_DIGITS = 4
"""Numbers that are no longer may count the rows of a frame."""


class JsonMaps:
    """Takes the elements of arrays that are no records, and members of the document."""

    def __init__(self, source: Source, choice: FieldChoice) -> None:
        self._source = source
        self._choice = choice
        self._columns: dict[str, list[Any]] = {}
        self._waiting: list[tuple[str, Any]] = []
        """What stands under names of images, until it is known that the document maps those to captions."""
        self._row = 0
        self._is_list = False
        """The document is an array of captions."""

    @property
    def is_of_images(self) -> bool:
        """Whether names of images with their captions were met."""
        return self._row > 0

    def takes(self, element: Element) -> bool:
        """Whether the element is a caption of the image that its array is named by, or in an array of captions."""
        value = element.value
        if element.key:
            return _names_an_image(element.key) and (
                self.is_of_images or _has_captions(value) or not isinstance(value, dict)
            )
        return self._is_list or not isinstance(value, (dict, list)) or _are_texts(value)

    def rows(self, element: Element) -> Iterator[Row]:
        """The captions of an element that `takes` says yes to, or what is wrong with it."""
        value, number = element.value, element.number
        if element.key:
            yield from self.of_image(element.key, value, is_sure=_has_captions(value) and value != [])
            return
        self._is_list = self._is_list or isinstance(value, (str, list))
        if _are_texts(value) and len(value) == 2 and _is_name(value[0]) != _is_name(value[1]):
            self._source.say_once(lambda: "each element is an image and its caption")
            image, caption = value if _is_name(value[0]) else reversed(value)
            yield from caption_rows(caption, image, number, element.raw)
        else:
            self._source.say_once(lambda: alone("element"))
            yield from caption_rows(value, self._source.image_id_of_row(number), number, element.raw)

    def may_be_of_an_image(self, key: str) -> bool:
        """Whether a member of the document has the name of an image."""
        return _names_an_image(key)

    def of_image(self, key: str, value: Any, *, is_sure: bool = False) -> Iterator[Row]:
        """The captions of an image, or why it has none.

        They wait, in the order of the document, until one `is_sure` or the document ends: texts under names that
        look like those of images may be none beside an array of records.
        """
        self._waiting.append((key, value))
        if is_sure or self.is_of_images:
            yield from self._of_waiting()

    def _of_waiting(self) -> Iterator[Row]:
        self._source.say_once(lambda: "the names of the document's fields are the image ids")
        waiting, self._waiting = self._waiting, []
        for key, value in waiting:
            yield from self._checked(key, value)

    def keep(self, element: Element) -> None:
        """Holds what may be part of a column."""
        if not isinstance(element.value, (dict, type(None))) and self._is_column(element.key):
            self._columns.setdefault(element.key, []).append(element.value)

    def rest(self, members: Mapping[str, Any]) -> Iterator[Row]:
        """The captions that a whole document shows, at its end."""
        for key, value in members.items():
            if isinstance(value, dict) and self.is_map(value):
                self._waiting.extend(value.items())
            elif isinstance(value, dict) and self._is_column(key):
                self._columns[key] = list(value.values())
        if any(value != [] and _has_captions(value) for _, value in self._waiting):
            yield from self._of_waiting()
        yield from self._rows_of_columns()

    def is_map(self, members: Mapping[str, Any]) -> bool:
        """Whether the names of the members are those of image files or long numbers, and captions among them."""
        return all(_names_an_image(key, of_columns=True) for key in members) and any(
            map(_has_captions, members.values())
        )

    def _checked(self, key: str, value: Any) -> Iterator[Row]:
        self._row += 1
        yield from caption_rows(
            value, key, self._row, f"{key}: {json.dumps(value)}", everything=self._choice.everything
        )

    def _is_column(self, key: str) -> bool:
        known = key.strip().lower() in (*CAPTION_FIELDS, *IMAGE_FIELDS)
        return known or key in (self._choice.caption, self._choice.image)

    def _rows_of_columns(self) -> Iterator[Row]:
        try:
            fields = locate(tuple(self._columns), self._choice)
        except RowError:
            return
        captions = self._columns[fields.caption]
        images = None if fields.image is None else self._columns[fields.image]
        if images is not None and len(images) != len(captions):
            raise InputError(
                f"{self._source.name}: '{fields.image}' has {len(images):,} elements, '{fields.caption}'"
                f" {len(captions):,}, so that nothing tells which belong together"
            )
        self._source.say_once(lambda: fields.described(tuple(self._columns)))
        for number, caption in enumerate(captions, 1):
            image = self._source.image_id_of_row(number) if images is None else images[number - 1]
            yield from caption_rows(caption, image, number, str(caption), everything=self._choice.everything)


def _names_an_image(key: str, *, of_columns: bool = False) -> bool:
    """A file name, a number or a code, and no field that is known; `of_columns`: and no row of a frame."""
    if key.strip().lower() in (*CAPTION_FIELDS, *IMAGE_FIELDS):
        return False
    if key.isdecimal():
        return not of_columns or len(key) > _ROW_DIGITS
    return looks_like_a_name(key) or _CODE.fullmatch(key) is not None


def _has_captions(value: Any, depth: int = 0) -> bool:
    if isinstance(value, dict):
        return any(name in value for name in INNER_CAPTION_FIELDS)
    return isinstance(value, str) or (
        isinstance(value, list) and depth < 2 and all(_has_captions(element, depth + 1) for element in value)
    )


def _are_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) for text in value)


def _is_name(text: str) -> bool:
    return looks_like_a_name(text.strip())
