"""Rows on their way in: the unusable ones set aside, all captions of an image together, in bounded memory."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from caption_parser.captions import ImageCaptions
from caption_parser.readers.rows import CaptionRow, RejectedRow, Row, row_fields
from caption_parser.runs.kept_rows import KeptRows
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.scattered import brought_together, image_key, image_of, private_database
from caption_parser.runs.state import Fingerprint, RunningFingerprint
from caption_parser.runs.temporary import temporary_disk
from shared_runtime.errors import InputError, TooManyRejectedError


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
        self.left_out: Counter[str] = Counter()
        """What is no caption by the layout of the input, by reason: not rejected, and not set aside."""

    def __iter__(self) -> Iterator[CaptionRow]:
        for row in self._rows:
            self.rows_read += 1
            if isinstance(row, CaptionRow):
                yield row
            elif row.is_left_out:
                self.left_out[row.reason] += 1
            else:
                self.reject(row)

    def reject(self, row: RejectedRow) -> None:
        """Count a row and set it aside. Raises `TooManyRejectedError` where it is one too many."""
        self.rejected[row.reason] += 1
        self._set_aside(row)
        if self._max_errors is not None and self.rejected.total() > self._max_errors:
            allowed = (
                "--strict and --max-errors 0 allow none"
                if self._max_errors == 0
                else f"--max-errors allows {self._max_errors}"
            )
            where = f"{row.source}:{row.row}" if row.source else f"row {row.row}"
            raise TooManyRejectedError(f"{where}: {row.message} ({row.reason}); {allowed}")


_UNCHECKED = 512
"""As many images of a stream are handed out before it is checked that none has come before."""


class GroupedImages(Protocol):
    """Images with all their captions, to be iterated over once."""

    @property
    def captions(self) -> int | None:
        """How many captions there are, where that is known before the last image."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the whole input, or, where it is streamed, of the images that came so far."""

    def __iter__(self) -> Iterator[ImageCaptions]: ...


@contextmanager
def group_by_image(rows: Iterable[CaptionRow], *, already_grouped: bool = False) -> Iterator[GroupedImages]:
    """The images of `rows`, in order of first appearance; the captions of each in the order of the rows.

    The ids 1 and "1" are different images; an image has the file name of its first row that has one.
    `already_grouped` passes the rows on as they come, without reading the whole input first; an image that
    returns after another one is then an `InputError`.
    """
    if already_grouped:
        with closing(private_database()) as database:
            yield _StreamedImages(rows, database)
        return
    fingerprint = RunningFingerprint()
    with KeptRows() as kept:
        with Repeats() as repeats:
            image: int | str | None = None
            for row in rows:
                fingerprint.update(row)
                kept.add(row)
                # The ids 1 and "1" are different images.
                if row.image_id != image:
                    image = row.image_id
                    repeats.add(image)
            again = repeats.found()
        with brought_together(kept, again) as images:
            yield _SortedImages(map(image_of, images), fingerprint.value)


class _SortedImages:
    def __init__(self, images: Iterator[ImageCaptions], fingerprint: Fingerprint) -> None:
        self._images = images
        self.fingerprint = fingerprint
        self.captions = fingerprint.rows

    def __iter__(self) -> Iterator[ImageCaptions]:
        return self._images


class _StreamedImages:
    captions = None

    def __init__(self, rows: Iterable[CaptionRow], database: sqlite3.Connection) -> None:
        self._rows = rows
        self._database = database
        self._fingerprint = RunningFingerprint()
        database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")

    @property
    def fingerprint(self) -> Fingerprint:
        return self._fingerprint.value

    def __iter__(self) -> Iterator[ImageCaptions]:
        unchecked: list[CaptionRow] = []
        for _, group in groupby(self._rows, key=attrgetter("image_id")):
            rows = list(group)
            for row in rows:
                self._fingerprint.update(row)
            yield image_of([row_fields(row) for row in rows])
            unchecked.append(rows[0])
            if len(unchecked) == _UNCHECKED:
                self._check(unchecked)
                unchecked.clear()
        self._check(unchecked)

    def _check(self, images: list[CaptionRow]) -> None:
        before = self._database.total_changes
        try:
            with temporary_disk():
                self._database.executemany(
                    "INSERT INTO seen VALUES (?)", ((image_key(one.image_id),) for one in images)
                )
        except sqlite3.IntegrityError:
            row = images[self._database.total_changes - before]
            raise InputError(
                f"row {row.row}: image {row.image_id!r} comes back after other images, but --grouped"
                " promises that the captions of an image follow each other. Leave --grouped out"
            ) from None
