"""Captions of an image that stand far apart, brought together outside memory, in order of first appearance.

COCO's caption file is not sorted by image, and dumps are larger than memory. SQLite sorts the captions of the
images that come back, mostly few, by merging runs on disk; they join the others where the first of them stands.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter

from caption_parser.captions import ImageCaptions
from caption_parser.readers.rows import RowFields
from caption_parser.runs.kept_rows import KeptRows
from caption_parser.runs.temporary import temporary_disk

_IMAGE = itemgetter(0)
_CACHE_KIB = 4096
_IN_ORDER = """
    SELECT key, text, row, file_name, source
    FROM (SELECT *, rowid AS number, min(rowid) OVER (PARTITION BY key) AS first FROM caption)
    ORDER BY first, number
"""


@contextmanager
def brought_together(kept: KeptRows, again: Set[int] | None) -> Iterator[Iterator[Sequence[RowFields]]]:
    """The captions in `kept`, image by image, in order of first appearance; those of each in theirs.

    `again` has the hashes of the images that come back, at least (None: any may; see `Repeats`). The ids 1 and "1"
    are different images. Raises `CapparseError`: the temporary folder is full.
    """
    if again is not None and not again:
        yield _by_image(kept.captions())
        return
    with closing(private_database()) as database:
        _insert(database, kept.captions(), again)
        coming_back = _sorted_images(database)
        yield coming_back if again is None else _joined(kept.captions(), again, coming_back)


def image_of(rows: Sequence[RowFields]) -> ImageCaptions:
    """The image whose `rows` these are, one at least; it has the file name of the first that has one."""
    if len(rows) == 1:
        # So are most, in a dump of the web.
        image_id, caption, row, file_name, source = rows[0]
        return ImageCaptions(image_id, (caption,), file_name, row, source)
    image_ids, captions, numbers, file_names, sources = zip(*rows, strict=True)
    file_name = next((name for name in file_names if name is not None), None)
    return ImageCaptions(image_ids[0], captions, file_name, numbers[0], sources[0])


def image_key(image_id: int | str) -> str:
    """A text that keeps the type, and integers that are wider than SQLite's 64 bits."""
    return f"i{image_id}" if isinstance(image_id, int) else f"s{image_id}"


def _image_with(key: str) -> int | str:
    return int(key[1:]) if key[0] == "i" else key[1:]


def _by_image(rows: Iterable[RowFields]) -> Iterator[list[RowFields]]:
    for _, group in groupby(rows, key=_IMAGE):
        yield list(group)


def _joined(
    rows: Iterable[RowFields], again: Set[int], coming_back: Iterator[list[RowFields]]
) -> Iterator[list[RowFields]]:
    """All images; those of `coming_back`, whose hashes are in `again`, at their first row."""
    due = next(coming_back, None)
    for image_id, group in groupby(rows, key=_IMAGE):
        if hash(image_id) not in again:
            yield list(group)
        elif due is not None and image_id == due[0][0]:
            yield due
            due = next(coming_back, None)


def private_database() -> sqlite3.Connection:
    """One that keeps a few megabytes in memory and the rest in an unlinked file, and vanishes with the process."""
    database = sqlite3.connect("", isolation_level=None)
    # Nothing is to survive this process, so nothing is journalled or flushed.
    for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
        database.execute(f"PRAGMA {setting}").close()
    database.execute("BEGIN")
    return database


def _insert(database: sqlite3.Connection, rows: Iterable[RowFields], again: Set[int] | None) -> None:
    """The rows of images whose hash is in `again` (None: all)."""
    database.execute("CREATE TABLE caption (key TEXT, text TEXT, row INTEGER, file_name TEXT, source TEXT)")
    wanted = ((image_key(row[0]), *row[1:]) for row in rows if again is None or hash(row[0]) in again)
    with temporary_disk():
        database.executemany("INSERT INTO caption VALUES (?, ?, ?, ?, ?)", wanted)


def _sorted_images(database: sqlite3.Connection) -> Iterator[list[RowFields]]:
    # Both sorts merge runs on disk; an index of the images would be read and written all over it.
    with temporary_disk():
        for key, group in groupby(database.execute(_IN_ORDER), key=_IMAGE):
            image_id = _image_with(key)
            yield [(image_id, *row[1:]) for row in group]
