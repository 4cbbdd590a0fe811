"""A source as numbered lines of text."""

import io
from collections.abc import Iterator
from typing import NamedTuple

from caption_parser.readers.rows import Reason, RejectedRow, RowError, TruncatedInputError
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

MAX_RECORD_CHARS = 1 << 22
"""A line longer than this is not held in memory: it is rejected, with its beginning as raw text."""


class Line(NamedTuple):
    """A line without its end."""

    row: int
    text: str


def read_lines(source: Source) -> Iterator[Line | RejectedRow]:
    """The lines of a text source, which end in LF, CR LF, or (where the beginning has no LF) CR.

    Raises:
        TruncatedInputError: compressed data ended within a line.
    """
    for line in escaped_lines(source):
        yield checked_line(line) if isinstance(line, Line) else line


def whole_lines(source: Source) -> Iterator[Line | RejectedRow]:
    """As `read_lines`.

    Raises:
        InputError: the file is compressed, and damaged or cut short.
    """
    row = 0
    try:
        for line in read_lines(source):
            yield line
            row = line.row
    except TruncatedInputError:
        # What is wrong stands in `damage`, which is also set where the data ends between two lines.
        pass
    if source.damage is not None:
        raise InputError(f"{source.name}:{row + 1}: {source.damage}. Fetch the file again")


def escaped_lines(source: Source) -> Iterator[Line | RejectedRow]:
    """As `read_lines`, with bytes that are not UTF-8 as escaped surrogates, for `checked_line` to find.

    UTF-8 itself cannot hold surrogates, so that each bad line shows itself.
    """
    text = io.TextIOWrapper(source.stream, encoding="utf-8", errors="surrogateescape", newline=_line_end(source))
    row = source.rows_before
    while line := text.readline(MAX_RECORD_CHARS):
        row += 1
        if not line.endswith(("\n", "\r")):
            if len(line) >= MAX_RECORD_CHARS and _skip_line(text):
                message = f"the line has more than {MAX_RECORD_CHARS:,} characters"
                yield RowError(Reason.RECORD_TOO_LONG, message).rejected(row, shown_bytes(line))
                continue
            if source.damage is not None:
                raise TruncatedInputError(row, Reason.TRUNCATED_STREAM, source.damage, shown_bytes(line))
        yield Line(row, line.removesuffix("\n").removesuffix("\r"))


RECODE = "iconv -f LATIN1 -t UTF-8 IN > OUT"
"""What makes UTF-8 of the encoding that files have that are not in it, as a rule."""


def checked_line(line: Line) -> Line | RejectedRow:
    """The line, or its rejection where bytes of it are not UTF-8."""
    row, text = line
    if text.isascii():
        return line
    try:
        text.encode()
    except UnicodeEncodeError as error:
        byte = ord(text[error.start]) - 0xDC00
        message = f"byte 0x{byte:02x} at character {error.start} is not UTF-8. Try: {RECODE}"
        return RowError(Reason.WRONG_ENCODING, message).rejected(row, shown_bytes(text))
    return line


def shown_bytes(text: str) -> str:
    r"""Text whose undecodable bytes are escaped surrogates, as clean text with `\xff` in their place."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _line_end(source: Source) -> str:
    return "\r" if b"\r" in source.head[:-1] and b"\n" not in source.head else "\n"


def _skip_line(text: io.TextIOWrapper) -> bool:
    """Reads on to the end of a line that is longer than it may be; False where it ended just there."""
    skipped = False
    while piece := text.readline(MAX_RECORD_CHARS):
        skipped = True
        if piece.endswith(("\n", "\r")):
            break
    return skipped
