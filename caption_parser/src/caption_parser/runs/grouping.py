"""Rows on their way in: the unusable ones set aside, all captions of an image together, in bounded memory.

COCO's caption file is not sorted by image, and dumps are larger than memory. The rows therefore go through a
private temporary SQLite database: it keeps a few megabytes of pages in memory, spills the rest to an unlinked file
in the temporary folder (`SQLITE_TMPDIR` or `TMPDIR`), sorts by external merge, and vanishes with the process.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby, islice
from operator import itemgetter
from typing import Protocol

from caption_parser.captions import ImageCaptions
from caption_parser.readers.rows import CaptionRow, RejectedRow, Row
from caption_parser.runs.state import Fingerprint, RunningFingerprint
from shared_runtime.errors import CapparseError, InputError, TooManyRejectedError


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


_CACHE_KIB = 4096
_INSERT_ROWS = 1024


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
    with closing(sqlite3.connect("", isolation_level=None)) as database, _temporary_disk_errors():
        # Nothing is to survive this process, so nothing is journalled or flushed.
        for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
            database.execute(f"PRAGMA {setting}").close()
        database.execute("BEGIN")
        yield _StreamedImages(rows, database) if already_grouped else _SortedImages(rows, database)


class _SortedImages:
    def __init__(self, rows: Iterable[CaptionRow], database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE image (ordinal INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE)")
        database.execute(
            "CREATE TABLE caption (ordinal INTEGER, text TEXT, row INTEGER, file_name TEXT, source TEXT)"
        )
        fingerprint = RunningFingerprint()
        waiting = iter(rows)
        while chunk := list(islice(waiting, _INSERT_ROWS)):
            for row in chunk:
                fingerprint.update(row)
            database.executemany(
                "INSERT OR IGNORE INTO image (key) VALUES (?)", ((image_key(row.image_id),) for row in chunk)
            )
            database.executemany(
                "INSERT INTO caption SELECT ordinal, ?, ?, ?, ? FROM image WHERE key = ?",
                ((row.caption, row.row, row.file_name, row.source, image_key(row.image_id)) for row in chunk),
            )
        self.fingerprint = fingerprint.value
        self.captions = self.fingerprint.rows

    def __iter__(self) -> Iterator[ImageCaptions]:
        # CROSS JOIN keeps SQLite from indexing the captions: they are sorted once, by merging runs on disk.
        ordered = self._database.execute(
            "SELECT key, text, row, file_name, source FROM caption CROSS JOIN image USING (ordinal)"
            " ORDER BY caption.ordinal, caption.rowid"
        )
        for key, group in groupby(ordered, key=itemgetter(0)):
            _, captions, rows, file_names, sources = zip(*group, strict=True)
            yield ImageCaptions(key_image(key), captions, first_name(file_names), rows[0], sources[0])


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
        for key, group in groupby(self._rows, key=lambda row: image_key(row.image_id)):
            rows = list(group)
            if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount == 0:
                raise InputError(
                    f"row {rows[0].row}: image {rows[0].image_id!r} comes back after other images, but --grouped"
                    " promises that the captions of an image follow each other. Leave --grouped out"
                )
            for row in rows:
                self._fingerprint.update(row)
            captions = tuple(row.caption for row in rows)
            file_name, first = first_name(row.file_name for row in rows), rows[0]
            yield ImageCaptions(first.image_id, captions, file_name, first.row, first.source)


def first_name(file_names: Iterable[str | None]) -> str | None:
    """The file name of an image: that of its first row that has one."""
    return next((name for name in file_names if name is not None), None)


def image_key(image_id: int | str) -> str:
    """A text that keeps the type, and integers that are wider than SQLite's 64 bits."""
    return f"i{image_id}" if isinstance(image_id, int) else f"s{image_id}"


def key_image(key: str) -> int | str:
    """The image id that has this key."""
    return int(key[1:]) if key[0] == "i" else key[1:]


@contextmanager
def _temporary_disk_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise CapparseError(
            f"sorting the captions by image failed in the temporary folder: {error}."
            " Set TMPDIR to a folder with more room, or use --grouped for input that is sorted by image"
        ) from error
