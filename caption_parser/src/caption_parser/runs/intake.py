"""The rows of the input on their way in: counted, the unusable ones set aside."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from caption_parser.readers.rows import CaptionRow, RejectedRow, Row
from shared_runtime.errors import TooManyRejectedError


class Intake:
    """Yields the caption rows of `rows` and gives the rejected ones to `set_aside`.

    Raises `TooManyRejectedError` at the first rejected row beyond `max_errors` (None: as many as there are).
    """

    def __init__(
        self, rows: Iterable[Row], set_aside: Callable[[RejectedRow], None], max_errors: int | None = None
    ) -> None:
        self._rows = rows
        self._set_aside = set_aside
        self._max_errors = max_errors
        self.rows_read = 0
        self.rejected: Counter[str] = Counter()

    def __iter__(self) -> Iterator[CaptionRow]:
        for row in self._rows:
            self.rows_read += 1
            if isinstance(row, CaptionRow):
                yield row
                continue
            self.rejected[row.reason] += 1
            self._set_aside(row)
            if self._max_errors is not None and self.rejected.total() > self._max_errors:
                allowed = (
                    "--strict allows none" if self._max_errors == 0 else f"--max-errors allows {self._max_errors}"
                )
                raise TooManyRejectedError(f"row {row.row}: {row.message} ({row.reason}); {allowed}")
