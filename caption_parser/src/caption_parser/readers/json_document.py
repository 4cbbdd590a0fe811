"""The elements of the arrays in large JSON documents, in memory bounded by the largest element.

Files put together by `cat` hold several documents behind each other: all of them are read. Unlike a strict
streaming parser it continues after damage: text that is not JSON is reported as it stands, and reading resumes at
the next element. It also keeps lone surrogates visible, which yajl turns into `?`.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from caption_parser.readers.chunks import CHUNK
from caption_parser.readers.fields import shortened
from caption_parser.readers.json_records import LENIENT_DECODER, repeated_name
from caption_parser.readers.lines import MAX_RECORD_CHARS, shown_bytes
from caption_parser.readers.rows import Reason, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

_ARRAY_MEMBER = r'"[a-z_]+"\s*:\s*\['
_NEXT_ELEMENT = re.compile(
    rf',\s*(?=\{{\s*")|(?=\]\s*,\s*{_ARRAY_MEMBER}\s*[\]{{])|(?=\]\s*(?:\}}\s*)?[\[{{])|(?P<end>(?=\]\s*\}}?\s*\Z))'
)
"""Where an array of objects continues after damage: at the next object, or at its end, behind which another
document may begin."""
_NEXT_DOCUMENT = re.compile(r"[\r\n](?=[ \t]*[\[{])")
"""Where a document may begin behind what is none: on a line of its own."""
_BETWEEN_DOCUMENTS = ",\x1e"
"""Beside white space. Sequences of JSON texts (RFC 7464) begin each of them with the second."""
_NEXT_ARRAY = re.compile(rf"(?={_ARRAY_MEMBER})")
_DEPTH = 8
_WHOLE_CHARS = 1 << 20
"""Documents no longer than this are looked at as a whole before they are taken apart."""


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
class Member:
    """A member of the top-level object that is no array, or an empty one."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class DamagedStretch:
    """Text that is not JSON, where element `number` of `key` should stand."""

    key: str
    number: int
    message: str
    raw: str


class JsonDocuments:
    """JSON documents behind each other, mostly one, that are objects with arrays in them, or arrays.

    Elements are numbered through all documents.
    """

    def __init__(self, source: Source) -> None:
        self.members: dict[str, object] = {}
        """The members of this top-level object met so far; arrays as empty lists. Objects too large to be held are
        taken apart: their members have paths such as `data.images`."""
        self.number = 0
        """Which document this is, from 1."""
        self.starts_at = 0
        """The byte at which it begins."""
        self.is_object = False
        self.raw = ""
        """The document, if it is an object short enough to be held."""
        self._name = source.name
        self._buffer = JsonBuffer(source)
        self._before: Counter[str] = Counter()
        """How many elements the arrays had that are behind us."""

    def follows(self) -> bool:
        """Whether another document stands behind this one."""
        while (character := self._buffer.next_character()) and character in _BETWEEN_DOCUMENTS:
            self._buffer.skip_character()
        return bool(character)

    def begin(self) -> bool:
        """Goes to the next document; False: there is none."""
        if not self.follows():
            return False
        self.number += 1
        self.starts_at = self._buffer.byte_position
        self.members, self.raw = {}, ""
        self.is_object = self._buffer.next_character() == "{"
        return True

    def elements(self, is_record: Callable[[object], bool]) -> Iterator[Element | Member | DamagedStretch]:
        """The elements of every array, and the other members of the top-level object, in order.

        `is_record` tells of an object whether it is a record itself, which then is an element of the file.

        Raises:
            InputError: the first document is no JSON object or array.
            TruncatedInputError: the document ends before it is closed.
        """
        character = self._buffer.next_character()
        try:
            if character == "[":
                yield from self._array("")
            elif character == "{":
                whole = self._buffer.peek_value(_WHOLE_CHARS)
                if whole is not None:
                    self.raw = whole[1]
                if whole is not None and is_record(whole[0]):
                    yield self._record(*whole)
                else:
                    yield from self._object("")
            else:
                raise JsonDamageError(f"it starts with {character!r}, expected {{ or [")
        except JsonDamageError as error:
            if self.number == 1:
                raise InputError(f"{self._name} is not JSON: {error}") from None
            message = f"what stands at byte {self.starts_at:,}, behind JSON that is complete, is no JSON: {error}"
            raw, _ = self._buffer.skip_to(_NEXT_DOCUMENT)
            self._before[""] += 1
            yield DamagedStretch("", self._before[""], message, f"{'{' * (character == '{')}{raw}")

    def _record(self, value: object, raw: str) -> Element | DamagedStretch:
        self._buffer.pass_over(raw)
        self._before[""] += 1
        return _element("", self._before[""], value, raw)

    def _object(self, before: str) -> Iterator[Element | Member | DamagedStretch]:
        self._buffer.skip_character()
        while (character := self._next_character("", 1)) != "}":
            if character == ",":
                self._buffer.skip_character()
                continue
            if character != '"' and not self.members:
                hint = " Quotes like Python's are none of JSON's: write it with json.dump" * (character == "'")
                raise JsonDamageError(
                    f"got {self._buffer.shown!r} at byte {self._buffer.byte_position:,},"
                    f" expected a name in double quotes.{hint}"
                )
            try:
                yield from self._member(before)
            except JsonDamageError as error:
                raw = self._skip_to(_NEXT_ARRAY, "", 1)
                yield DamagedStretch("", 1, str(error), raw)
        self._buffer.skip_character()

    def _member(self, before: str) -> Iterator[Element | Member | DamagedStretch]:
        key, _ = self._buffer.take_value()
        if not isinstance(key, str) or self._next_character("", 1) != ":":
            raise JsonDamageError("not valid JSON: expected a name and a colon")
        self._buffer.skip_character()
        key = f"{before}{key}"
        character = self._next_character(key, 1)
        if character == "[":
            self.members[key] = []
            yield from self._array(key)
            return
        try:
            self.members[key], _ = self._buffer.take_value()
        except JsonDamageError:
            if character != "{" or not self._buffer.is_full or before.count(".") >= _DEPTH:
                raise
            yield from self._object(f"{key}.")
        else:
            yield Member(key, self.members[key])

    def _array(self, key: str) -> Iterator[Element | Member | DamagedStretch]:
        self._buffer.skip_character()
        first = number = self._before[key] + 1
        while (character := self._next_character(key, number)) != "]":
            if character == ",":
                self._buffer.skip_character()
                continue
            try:
                value, raw = self._buffer.take_value()
            except JsonDamageError as error:
                yield DamagedStretch(key, number, str(error), self._skip_to(_NEXT_ELEMENT, key, number))
            else:
                yield _element(key, number, value, raw)
            number += 1
            self._before[key] += 1
        if key and number == first:
            yield Member(key, [])
        self._buffer.skip_character()

    def _next_character(self, key: str, number: int) -> str:
        character = self._buffer.next_character()
        if not character:
            raise self._ends_early(key, number, "")
        return character

    def _skip_to(self, place: re.Pattern[str], key: str, number: int) -> str:
        start = self._buffer.byte_position
        raw, found = self._buffer.skip_to(place)
        if not found and raw.rstrip().endswith(("}", "]")):
            message = f"what follows byte {start:,} is not JSON, and no other array of objects begins in it"
            raise TruncatedInputError(number, Reason.INVALID_JSON, message, raw)
        if not found:
            raise self._ends_early(key, number, raw)
        return raw

    def _ends_early(self, key: str, number: int, raw: str) -> TruncatedInputError:
        where = f"at element {number} of '{shortened(key)}'" if key else "before its end"
        message = f"the JSON ends early, at byte {self._buffer.byte_position:,}, {where}"
        return TruncatedInputError(number, Reason.TRUNCATED_JSON, message, raw)


def _element(key: str, number: int, value: object, raw: str) -> Element | DamagedStretch:
    repeated = repeated_name(value)
    return DamagedStretch(key, number, repeated, raw) if repeated else Element(key, number, value, raw)


_NOT_SPACE = re.compile(r"[^ \t\n\r]")
_EDGE = 16
"""An error this close to the end of the window may be a token that is cut there; only strings are longer."""
_PLACE_CHARS = 1 << 10
"""The most that a place to resume at may span."""


class JsonDamageError(ValueError):
    """The value at the current position is not JSON, or the input ends within it."""


class JsonBuffer:
    """The part of the text that is held, and the position in it. Undecodable bytes are escaped surrogates."""

    def __init__(self, source: Source) -> None:
        self._stream = source.stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._position = 0
        self._ended = False
        self._bytes = 0
        """Of what lies before `_counted`."""
        self._counted = 0

    @property
    def byte_position(self) -> int:
        """Bytes of decompressed UTF-8 before the current position."""
        self._count_bytes()
        return self._bytes

    def _count_bytes(self) -> None:
        self._bytes += _byte_length(self._text[self._counted : self._position])
        self._counted = self._position

    @property
    def is_full(self) -> bool:
        """Whether as much is held from the current position on as a value may have."""
        return len(self._text) - self._position > MAX_RECORD_CHARS

    @property
    def shown(self) -> str:
        """The next characters, for a message."""
        return shortened(self._text[self._position :])

    def next_character(self) -> str:
        """The next character that is not white space, not taken; empty at the end of the input."""
        while (match := _NOT_SPACE.search(self._text, self._position)) is None:
            self._position = len(self._text)
            if not self._fill():
                return ""
        self._position = match.start()
        return match.group()

    def skip_character(self) -> None:
        """Takes the character that `next_character` showed."""
        self._position += 1

    def take_value(self) -> tuple[object, str]:
        """The value at the current position, and its text.

        Raises:
            JsonDamageError: it is not JSON. The position stays.
        """
        while True:
            try:
                value, end = LENIENT_DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                if self._may_be_cut(error) and self._fill():
                    continue
                offset = error.pos - self._position
                raise JsonDamageError(f"not valid JSON: {error.msg} at character {offset}") from None
            except (ValueError, RecursionError) as error:
                raise JsonDamageError(f"not readable JSON: {error}") from None
            # A number may continue beyond the end of the window.
            if end == len(self._text) and self._fill():
                continue
            raw = self._text[self._position : end]
            self._position = end
            return value, raw

    def peek_value(self, limit: int) -> tuple[object, str] | None:
        """The object or array at the current position and its text, not taken; None: not JSON, or over `limit`."""
        while True:
            try:
                value, end = LENIENT_DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                held = len(self._text) - self._position
                if held < min(limit, MAX_RECORD_CHARS) and self._may_be_cut(error) and self._fill():
                    continue
                return None
            except (ValueError, RecursionError):
                return None
            return value, self._text[self._position : end]

    def pass_over(self, raw: str) -> None:
        """Takes the text that `peek_value` showed."""
        self._position += len(raw)

    def skip_to(self, place: re.Pattern[str]) -> tuple[str, bool]:
        r"""Moves behind the next match of `place`, or to the end of the input where there is none.

        A group of `place` named `end` is one that only counts at the end of the input.

        Returns:
            The text skipped (no more than `MAX_RECORD_CHARS` of it), and whether there was a match.
        """
        passed = ""
        while True:
            match = place.search(self._text, self._position)
            if match and (self._ended or match.lastgroup != "end"):
                passed += self._text[self._position : match.start()]
                self._position = match.end()
                return shown_bytes(passed), True
            # The last characters stay as long as there is more to come: the place may start in them.
            keep = 0 if self._ended else _PLACE_CHARS
            stop = max(self._position, len(self._text) - keep)
            passed = (passed + self._text[self._position : stop])[:MAX_RECORD_CHARS]
            self._position = stop
            if not self._fill():
                return shown_bytes(passed), False

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _EDGE
        return cut and len(self._text) - self._position <= MAX_RECORD_CHARS

    def _fill(self) -> bool:
        """Drops what lies before the position and reads on; False at the end of the input."""
        if self._ended:
            return False
        self._count_bytes()
        held = self._text[self._position :]
        # Reading as much as is held keeps the work linear where one value is long.
        chunk = self._stream.read(max(CHUNK, len(held)))
        self._ended = not chunk
        self._text = held + self._decoder.decode(chunk, final=self._ended)
        self._position = self._counted = 0
        return True


def _byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
