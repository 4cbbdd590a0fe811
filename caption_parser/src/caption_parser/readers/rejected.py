"""The rejected-rows file: one JSON object per line with row, reason, message and the raw text."""

import json
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from caption_parser.readers.rows import RejectedRow
from shared_runtime.errors import CapparseError

MAX_RAW_CHARS = 1 << 20


class RejectedWriter:
    """Writes rejected rows to `path`, which is created with the first of them.

    Raises:
        CapparseError: the file cannot be written (on any call).
    """

    def __init__(self, path: Path) -> None:
        self.counts: Counter[str] = Counter()
        """Rejected rows by reason."""
        self._path = path
        self._file: TextIO | None = None

    def write(self, rejected: RejectedRow, source: str | None = None) -> None:
        """Writes one row; `source` names the input where there are several."""
        self.counts[str(rejected.reason)] += 1
        record: dict[str, object] = {
            "row": rejected.row,
            "reason": str(rejected.reason),
            "message": rejected.message,
            "raw": _bounded(rejected.raw),
        }
        if source is not None:
            record = {"source": source, **record}
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

    def _not_written(self, error: OSError) -> CapparseError:
        return CapparseError(f"{self._path}: rejected rows cannot be written: {error.strerror or error}")


def _bounded(raw: str) -> str:
    if len(raw) <= MAX_RAW_CHARS:
        return raw
    return f"{raw[:MAX_RAW_CHARS]}… ({len(raw) - MAX_RAW_CHARS:,} more characters)"
