"""How deep JSON may go: what reads it as a stream needs memory and time for every level that is open."""

import re
from itertools import accumulate
from typing import BinaryIO

MAX_DEPTH = 500
"""Files of data sets have under ten levels."""

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_OTHERS = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_STEPS = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1)}


class NestingError(ValueError):
    """Arrays and objects stand within each other more than `MAX_DEPTH` times."""

    def __init__(self) -> None:
        super().__init__(f"it is nested more than {MAX_DEPTH} deep")


class ShallowStream:
    """JSON as it is read; `read` raises `NestingError` before it goes too deep. Damage is for others to find."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._depth = 0
        self._in_text = False
        self._is_escaped = False
        """The last byte begins an escape."""

    def read(self, size: int = -1) -> bytes:
        """As the `read` of the stream."""
        content = self._stream.read(size)
        if content:
            self._follow(content)
        return content

    def _follow(self, content: bytes) -> None:
        text = content[self._is_escaped :]
        self._is_escaped = False
        if b"\\" in text:
            if (len(text) - len(text.rstrip(b"\\"))) % 2:
                text, self._is_escaped = text[:-1], True
            text = _ESCAPE.sub(b"", text)
        # Nothing of this is a loop of Python's, which would take longer than reading the file.
        parts = text.translate(None, _OTHERS).split(b'"')
        marks = b"".join(parts[self._in_text :: 2])
        self._in_text ^= len(parts) % 2 == 0
        if max(accumulate(map(_STEPS.__getitem__, marks), initial=self._depth)) > MAX_DEPTH:
            raise NestingError
        self._depth += marks.count(b"[") + marks.count(b"{") - marks.count(b"]") - marks.count(b"}")
