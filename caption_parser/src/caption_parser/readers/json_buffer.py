"""A window on a large JSON text: one value is taken at a time, and damage can be passed over."""

import codecs
import json
import re

from caption_parser.readers.chunks import CHUNK
from caption_parser.readers.json_text import LENIENT_DECODER
from caption_parser.readers.lines import MAX_RECORD_CHARS, shown_bytes
from caption_parser.readers.source import Source

_NOT_SPACE = re.compile(r"[^ \t\n\r]")
_EDGE = 16
"""An error this close to the end of the window may be a token that is cut there; only strings are longer."""
_PLACE_CHARS = 1 << 10
"""The most that a place to resume at may span."""


class JsonDamageError(ValueError):
    """The value at the current position is no JSON, or the input ends within it."""


class JsonBuffer:
    """The part of the text that is held, and the position in it. Undecodable bytes are escaped surrogates."""

    def __init__(self, source: Source) -> None:
        self._stream = source.stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._position = 0
        self._ended = False
        self._bytes_dropped = 0

    @property
    def byte_position(self) -> int:
        """Bytes of decompressed UTF-8 before the current position."""
        return self._bytes_dropped + _byte_length(self._text[: self._position])

    def next_character(self) -> str:
        """The next character that is no white space, not taken; empty at the end of the input."""
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
            JsonDamageError: it is no JSON. The position stays.
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
            # A number may go on behind the end of the window.
            if end == len(self._text) and self._fill():
                continue
            raw = self._text[self._position : end]
            self._position = end
            return value, raw

    def skip_to(self, place: re.Pattern[str]) -> tuple[str, bool]:
        r"""Moves behind the next match of `place`, or to the end of the input where there is none.

        A group of `place` named `end` is one that only counts at the end of the input.

        Returns:
            The text passed over (no more than `MAX_RECORD_CHARS` of it), and whether there was a match.
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
        self._bytes_dropped = self.byte_position
        held = self._text[self._position :]
        # Reading as much as is held keeps the work linear where one value is long.
        chunk = self._stream.read(max(CHUNK, len(held)))
        self._ended = not chunk
        self._text = held + self._decoder.decode(chunk, final=self._ended)
        self._position = 0
        return True


def _byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
