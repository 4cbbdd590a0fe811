"""JSON documents without records: from image to captions, or columns as arrays of equal length.

`{"1.jpg": ["a dog", "a pup"], "2.jpg": "a cat"}`; `{"image_urls": [...], "captions": [...]}` (SBU's own file);
`{"image": {"0": ...}, "caption": {"0": ...}}` (a frame written by pandas); `["a dog", "a cat"]`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from caption_parser.readers.checks import caption_rows, is_image_file, looks_like_a_name
from caption_parser.readers.fields import CAPTION_FIELDS, IMAGE_FIELDS, FieldChoice, alone, locate, shortened
from caption_parser.readers.json_document import Element
from caption_parser.readers.rows import Reason, Row, RowError
from caption_parser.readers.source import Source
from caption_parser.readers.values import INNER_CAPTION_FIELDS
from shared_runtime.errors import InputError

_CODE = re.compile(r"\S*\d{5,}")
"""Such as COCO_val2014_000000391895."""
_KNOWN = frozenset({*CAPTION_FIELDS, *IMAGE_FIELDS})
_ABOUT_THE_FILE = frozenset(
    "about annotations attribution author authors categories citation comments contributor contributors copyright"
    " created created_at creator data dataset date date_created download generator homepage info lang language"
    " licence licences license licenses link locale meta metadata model name note notes origin prompt publisher"
    " readme reference release source split subset summary terms title type updated version year".split()
)
"""Names of members that say something of a whole file, beside the known fields."""
_ROW_DIGITS = 4
"""Numbers that are no longer may count the rows of a frame."""


class JsonMaps:
    """Takes the elements of arrays that are no records, and members of the document.

    Of a map, every member is an image, or is told of: see `_of_other`.
    """

    def __init__(self, source: Source, choice: FieldChoice) -> None:
        self._source = source
        self._choice = choice
        self._columns: dict[str, list[Any]] = {}
        self._waiting: list[tuple[str, Any]] = []
        """What may be captions, until it is known that the document maps images to captions."""
        self._passed: set[str] = set()
        """Arrays that hold no captions, as far as their beginnings tell."""
        self._row = 0
        self.is_of_images = False
        """Whether names of images with their captions were met."""
        self._is_list = False
        """The document is an array of captions."""

    def begin(self) -> None:
        """Another document begins."""
        self._columns, self._waiting, self._passed = {}, [], set()
        self.is_of_images = self._is_list = False

    def names_an_image(self, members: Mapping[str, Any]) -> bool:
        """Whether a member has the name of an image, and captions."""
        return any(_names_an_image(key) and _has_captions(value) for key, value in members.items())

    def takes(self, element: Element) -> bool:
        """Whether the element is a caption of the image that its array is named by, or in an array of captions."""
        value = element.value
        if not element.key:
            return self._is_list or not isinstance(value, (dict, list)) or _are_texts(value)
        if self.is_of_images and _has_captions(value):
            return _names_an_image(element.key) or not _is_about_the_file(element.key)
        return _names_an_image(element.key) and (
            self.is_of_images or _has_captions(value) or not isinstance(value, dict)
        )

    def rows(self, element: Element) -> Iterator[Row]:
        """The captions of an element that `takes` says yes to, or what is wrong with it."""
        value, number = element.value, element.number
        if element.key:
            sure = _shows_captions(value) and _names_an_image(element.key)
            yield from self.of_image(element.key, value, is_sure=sure)
            return
        self._is_list = self._is_list or isinstance(value, (str, list))
        if _are_texts(value) and len(value) == 2 and _is_name(value[0]) != _is_name(value[1]):
            self._source.say_once(lambda: "each element is an image and its caption")
            image, caption = value if _is_name(value[0]) else reversed(value)
            yield from caption_rows(caption, image, number, element.raw)
        else:
            self._source.say_once(lambda: alone("element"))
            yield from caption_rows(value, self._source.image_id_of_row(number), number, element.raw)

    def of_image(self, key: str, value: Any, *, is_sure: bool = False) -> Iterator[Row]:
        """The captions of an image, or why it has none.

        They wait, in the order of the document, until one `is_sure` or the document ends: texts under names that
        look like those of images may be none beside an array of records.
        """
        self._waiting.append((key, value))
        if is_sure or self.is_of_images:
            yield from self._of_waiting()

    def _of_waiting(self, *, others: bool = True) -> Iterator[Row]:
        """`others`: whether names that are not told to be those of images may be."""
        self._source.say_once(lambda: "the names of the document's fields are the image ids")
        self.is_of_images = True
        waiting, self._waiting = self._waiting, []
        for key, value in waiting:
            if _names_an_image(key):
                yield from self._checked(key, value)
            else:
                yield from self._of_other(key, value, may_be_image=others)

    def _of_other(self, key: str, value: Any, *, may_be_image: bool) -> Iterator[Row]:
        """Captions under a name that nothing tells to be an image's, or why there are none."""
        raw = _raw(key, value)
        if may_be_image and _may_be_an_image(key, value):
            yield from self._checked(key, value)
            return
        if not _shows_captions(value) or _is_about_the_file(key):
            message = f"'{shortened(key)}' of the document names no image with captions"
            rejected = RowError(Reason.NO_IMAGE, message)
        else:
            message = f"nothing tells that '{shortened(key)}' is an image. Call it by its file's name, such as"
            rejected = RowError(Reason.BAD_IMAGE_ID, f"{message} '{shortened(key)}.jpg'")
        self._row += 1
        yield rejected.rejected(self._row, raw)

    def keep(self, element: Element, *, may_wait: bool) -> Iterator[Row]:
        """Holds what may be part of a column, or, if it `may_wait`, captions in a map."""
        key, value = element.key, element.value
        if self._is_column(key):
            if not isinstance(value, (dict, type(None))):
                self._columns.setdefault(key, []).append(value)
        elif self.is_of_images or may_wait:
            is_new = key not in self._passed
            self._passed.add(key)
            # Of an array without captions, one element stands for all.
            if is_new or _names_an_image(key) or isinstance(value, str):
                yield from self.of_image(key, value)

    def rest(self, members: Mapping[str, Any]) -> Iterator[Row]:
        """The captions that a whole document shows, at its end."""
        inner = {key: value for key, value in members.items() if isinstance(value, dict) and is_map(value)}
        self._waiting = [(key, value) for key, value in self._waiting if key not in inner]
        named = [key for key, value in self._waiting if _names_an_image(key) and _shows_captions(value)]
        if named:
            others = sum(not _names_an_image(key) and _may_be_an_image(key, value) for key, value in self._waiting)
            yield from self._of_waiting(others=len(named) >= others)
        self._waiting = [pair for value in inner.values() for pair in value.items()]
        if inner:
            yield from self._of_waiting()
        for key, value in members.items():
            if isinstance(value, dict) and key not in inner and self._is_column(key):
                self._columns[key] = list(value.values())
        yield from self._rows_of_columns()

    def _checked(self, key: str, value: Any) -> Iterator[Row]:
        self._row += 1
        yield from caption_rows(value, key, self._row, _raw(key, value), everything=self._choice.everything)

    def _is_column(self, key: str) -> bool:
        return _is_known_field(key) or key in (self._choice.caption, self._choice.image)

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
        before, self._row = self._row, self._row + len(captions)
        for at, caption in enumerate(captions):
            number = before + at + 1
            image = self._source.image_id_of_row(number) if images is None else images[at]
            yield from caption_rows(caption, image, number, str(caption), everything=self._choice.everything)


def is_map(members: Mapping[str, Any]) -> bool:
    """Whether the names of the members are those of image files or long numbers, and captions among them."""
    return all(_names_an_image(key, of_columns=True) for key in members) and any(
        map(_has_captions, members.values())
    )


def _names_an_image(key: str, *, of_columns: bool = False) -> bool:
    """A file name, a number or a code, and no field that is known; `of_columns`: and no row of a frame."""
    if _is_known_field(key):
        return False
    if key.isdecimal():
        return not of_columns or len(key) > _ROW_DIGITS
    return looks_like_a_name(key) or is_image_file(key.strip()) or _CODE.fullmatch(key) is not None


def _is_known_field(key: str) -> bool:
    return key.strip().lower() in _KNOWN


def _is_about_the_file(key: str) -> bool:
    return _is_known_field(key) or key.strip().lower().replace("-", "_") in _ABOUT_THE_FILE


def _may_be_an_image(key: str, value: Any) -> bool:
    """Whether a member of a map has captions, though its name does not say that it is an image."""
    is_a_word = isinstance(value, str) and len(value.split()) == 1
    return _shows_captions(value) and not is_a_word and not _is_about_the_file(key)


def _raw(key: str, value: Any) -> str:
    return f"{key}: {json.dumps(value)}"


def _shows_captions(value: Any) -> bool:
    """Whether there are captions, and not merely room for some."""
    return value != [] and _has_captions(value)


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
