"""What every reader yields: captions with their origin, and rejected rows, which have a file of their own."""

import json
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from shared_runtime.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class CaptionRow:
    """One caption of one image."""

    image_id: int | str
    caption: str
    row: int
    """1-based line or record number in the input."""
    file_name: str | None = None
    source: str | None = None
    """The input that it stands in, where there are several."""


RowFields = tuple[int | str, str, int, str | None, str | None]
row_fields: Callable[[CaptionRow], RowFields] = attrgetter(*(field.name for field in fields(CaptionRow)))
"""The fields of a row, in their order: `CaptionRow(*row_fields(row)) == row`."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that holds no usable caption. The run continues; the row is written to the rejected-rows file."""

    row: int
    reason: str
    """A stable code such as `empty-caption`, to count by."""
    message: str
    """What is wrong, for a person."""
    raw: str
    """The row as it stood in the input, so that nothing is lost."""
    source: str = ""
    """The input that it stands in."""

    @property
    def is_left_out(self) -> bool:
        """Whether the layout of the file says that this is no caption: not an error."""
        return self.reason in LEFT_OUT


Row = CaptionRow | RejectedRow


class Reason(StrEnum):
    """Why a row was rejected: stable codes, to count and filter by."""

    EMPTY_CAPTION = "empty-caption"
    """Nothing but white space, or an empty list of captions."""
    CAPTION_TOO_LONG = "caption-too-long"
    """More characters than `readers.checks.MAX_CAPTION_CHARS`: a pasted document, which would stall the parser."""
    CONTROL_CHARACTERS = "control-characters"
    """NUL or another control character: the caption is damaged. Tabs and line breaks are folded instead."""
    LONE_SURROGATE = "lone-surrogate"
    """Half of a UTF-16 pair, which no UTF-8 output can hold."""
    WRONG_ENCODING = "wrong-encoding"
    """Bytes that are not UTF-8."""
    WRONG_TYPE = "wrong-type"
    """A caption that is not text, an image id that is not text or a whole number, a row that is not an object."""
    MISSING_FIELD = "missing-field"
    """The row lacks the caption or the image id."""
    BAD_IMAGE_ID = "bad-image-id"
    """An image id that is empty or holds characters that no output can hold."""
    INVALID_JSON = "invalid-json"
    WRONG_COLUMN_COUNT = "wrong-column-count"
    """A row of a table with more or fewer cells than the header."""
    BAD_QUOTING = "bad-quoting"
    """A CSV quote that is never closed, or closed within a cell."""
    MALFORMED_LINE = "malformed-line"
    """A line that does not have the form of its format."""
    RECORD_TOO_LONG = "record-too-long"
    """More characters than `readers.lines.MAX_RECORD_CHARS` in one record."""
    TRUNCATED_JSON = "truncated-json"
    TRUNCATED_STREAM = "truncated-stream"
    """Compressed input that ends too early or does not decompress further."""
    TRUNCATED_ARCHIVE = "truncated-archive"
    DAMAGED_ARCHIVE = "damaged-archive"
    """Blocks between two samples of a tar archive that are not part of one."""
    LABELLING_FAILED = "labelling-failed"
    """A caption that no reader has anything against, but that could not be labelled: all rows of its image are
    rejected as one."""
    DAMAGED_ROW_GROUP = "damaged-row-group"
    """A row group of a Parquet file that does not decode."""
    NOT_A_DESCRIPTION = "not-a-description"
    """The answer, in a conversation, to a question that asks for no description of the image."""
    NO_IMAGE = "no-image"
    """A conversation about no image, among others that have one; in a map of images, what is none: `info`."""
    MARKED_REJECTED = "marked-rejected"
    """A caption that its data set marks as rejected (VizWiz)."""
    MARKED_PRECANNED = "marked-precanned"
    """A caption that its data set marks as a stock phrase: "Quality issues are too severe" (VizWiz)."""


LEFT_OUT = frozenset({Reason.NOT_A_DESCRIPTION, Reason.NO_IMAGE, Reason.MARKED_REJECTED, Reason.MARKED_PRECANNED})
"""Rows that nothing is wrong with, but that hold no caption by the layout of their file: they are only counted."""


class RowError(Exception):
    """One row holds no usable caption. Readers turn it into a `RejectedRow`."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message

    def rejected(self, row: int, raw: str) -> RejectedRow:
        """The rejected row that this error stands for."""
        return RejectedRow(row, self.reason, self.message, raw)


class TruncatedInputError(Exception):
    """The input ends within a row; what came before is good. The last thing that a reader raises."""

    def __init__(self, row: int, reason: Reason, message: str, raw: str = "") -> None:
        super().__init__(row, reason, message)
        self.row, self.reason, self.message, self.raw = row, reason, message, raw


MAX_RAW_CHARS = 1 << 20
_FIELDS = {"row", "reason", "message", "raw"}
_LONGEST_LINE = 8 * MAX_RAW_CHARS


def check_rejected_file(
    path: Path, sources: Collection[str] | None = None, *, overwrite: bool, option: str = "--rejected"
) -> None:
    """Raises `UsageError` where `path` is there and holds anything but rejected rows, unless it may be replaced.

    `sources`: whose rows they have to be; None: any. All rows are read again, so that these come back.
    """
    if overwrite or not path.is_file() or not path.stat().st_size:
        return
    record: object = None
    with suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        record = json.loads(file.readline(_LONGEST_LINE))
    if isinstance(record, dict) and record.keys() >= _FIELDS:
        source = record.get("source")
        if sources is None or source in sources:
            return
        holds = f"rejected rows of {source}"
    else:
        holds = "no rejected rows"
    raise UsageError(f"{path} exists already, with {holds}. Choose another {option}, or --overwrite to replace it")


class RejectedWriter:
    """Writes rejected rows to `path`, which is created, or replaced, with the first of them.

    Left without an error and without a row, it removes what an earlier run wrote there: those rows are usable now.

    Raises:
        OutputError: the file cannot be written (on any call).
    """

    def __init__(self, path: Path) -> None:
        self.counts: Counter[str] = Counter()
        """Rejected rows by reason."""
        self._path = path
        self._file: TextIO | None = None

    def write(self, rejected: RejectedRow) -> None:
        """Writes one row."""
        self.counts[str(rejected.reason)] += 1
        record: dict[str, object] = {
            "row": rejected.row,
            "reason": str(rejected.reason),
            "message": rejected.message,
            "raw": _bounded(rejected.raw),
        }
        if rejected.source:
            record = {"source": rejected.source, **record}
        try:
            if self._file is None:
                # What UTF-8 cannot hold is written as \udXXX, which in JSON is the escape of just that.
                self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            self._file.write(f"{json.dumps(record, ensure_ascii=False)}\n")
            # Each row is on disk when the run is interrupted: there are few of them.
            self._file.flush()
        except OSError as error:
            raise self._not_written(error) from None

    def close(self) -> None:
        """Ends the file, if there is one."""
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as error:
            raise self._not_written(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is None and self._file is None and self._path.is_file():
            self._path.unlink()

    def _not_written(self, error: OSError) -> OutputError:
        return OutputError(f"{self._path}: rejected rows cannot be written: {error.strerror or error}")


def _bounded(raw: str) -> str:
    if len(raw) <= MAX_RAW_CHARS:
        return raw
    return f"{raw[:MAX_RAW_CHARS]}… ({len(raw) - MAX_RAW_CHARS:,} more characters)"
