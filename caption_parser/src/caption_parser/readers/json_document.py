"""The elements of the arrays in a large JSON document, in memory bounded by the largest element.

Unlike a strict streaming parser it goes on after damage: a stretch that is no JSON is reported with its text,
and reading resumes at the next element. It also keeps lone surrogates visible, which yajl turns into `?`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from caption_parser.readers.fields import shortened
from caption_parser.readers.json_buffer import JsonBuffer, JsonDamageError
from caption_parser.readers.reasons import Reason, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

_ARRAY_MEMBER = r'"[a-z_]+"\s*:\s*\['
_NEXT_ELEMENT = re.compile(rf',\s*(?=\{{\s*")|(?=\]\s*,\s*{_ARRAY_MEMBER}\s*[\]{{])|(?P<end>(?=\]\s*\}}?\s*\Z))')
"""Where an array of objects goes on behind damage: at the next object, or at its end."""
_NEXT_ARRAY = re.compile(rf"(?={_ARRAY_MEMBER})")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of an array."""

    key: str
    """The member of the top-level object that the array is; empty where the document is the array."""
    number: int
    """1-based."""
    value: object
    raw: str


@dataclass(frozen=True, slots=True)
class DamagedStretch:
    """Text that is no JSON, where element `number` of `key` should stand."""

    key: str
    number: int
    message: str
    raw: str


class JsonDocument:
    """One JSON document that is an object with arrays in it, or an array."""

    def __init__(self, source: Source) -> None:
        self.members: dict[str, object] = {}
        """The members of the top-level object met so far; arrays as empty lists."""
        self.is_object = source.head.lstrip().startswith(b"{")
        self._name = source.name
        self._buffer = JsonBuffer(source)

    def elements(self) -> Iterator[Element | DamagedStretch]:
        """The elements of every array, in order.

        Raises:
            InputError: this is no JSON object or array.
            TruncatedInputError: the document ends before it is closed.
        """
        match self._buffer.next_character():
            case "[":
                yield from self._array("")
            case "{":
                self._buffer.skip_character()
                yield from self._object()
            case character:
                raise InputError(f"{self._name} is not JSON: it starts with {character!r}, expected {{ or [")

    def _object(self) -> Iterator[Element | DamagedStretch]:
        while (character := self._next_character("", 1)) != "}":
            if character == ",":
                self._buffer.skip_character()
                continue
            try:
                yield from self._member()
            except JsonDamageError as error:
                raw = self._skip_to(_NEXT_ARRAY, "", 1)
                yield DamagedStretch("", 1, str(error), raw)

    def _member(self) -> Iterator[Element | DamagedStretch]:
        key, _ = self._buffer.take_value()
        if not isinstance(key, str) or self._next_character("", 1) != ":":
            raise JsonDamageError("not valid JSON: expected a name and a colon")
        self._buffer.skip_character()
        if self._next_character(key, 1) == "[":
            self.members[key] = []
            yield from self._array(key)
        else:
            self.members[key], _ = self._buffer.take_value()

    def _array(self, key: str) -> Iterator[Element | DamagedStretch]:
        self._buffer.skip_character()
        number = 1
        while (character := self._next_character(key, number)) != "]":
            if character == ",":
                self._buffer.skip_character()
                continue
            try:
                value, raw = self._buffer.take_value()
            except JsonDamageError as error:
                yield DamagedStretch(key, number, str(error), self._skip_to(_NEXT_ELEMENT, key, number))
            else:
                yield Element(key, number, value, raw)
            number += 1
        self._buffer.skip_character()

    def _next_character(self, key: str, number: int) -> str:
        character = self._buffer.next_character()
        if not character:
            raise self._ends_early(key, number, "")
        return character

    def _skip_to(self, place: re.Pattern[str], key: str, number: int) -> str:
        raw, found = self._buffer.skip_to(place)
        if not found:
            raise self._ends_early(key, number, raw)
        return raw

    def _ends_early(self, key: str, number: int, raw: str) -> TruncatedInputError:
        where = f"at element {number} of '{shortened(key)}'" if key else "before its end"
        message = f"the JSON ends early, at byte {self._buffer.byte_position:,}, {where}"
        return TruncatedInputError(number, Reason.TRUNCATED_JSON, message, raw)
