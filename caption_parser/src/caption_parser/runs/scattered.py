"""Captions of an image that stand far apart, brought together outside memory, in order of first appearance.

COCO's caption file is not sorted by image, and dumps are larger than memory. All rows go to a temporary file, a
hash of each image to `Repeats`. SQLite then sorts the captions of the images that come back, mostly few, by
merging runs on disk; they join the others when the file is read from its start.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Set
from contextlib import closing, contextmanager
from itertools import groupby, islice
from operator import itemgetter

from caption_parser.captions import ImageCaptions
from caption_parser.readers.rows import CaptionRow, row_fields
from caption_parser.runs.repeats import Repeats
from caption_parser.runs.temporary import TemporaryBytes, temporary_disk

_Fields = tuple[int | str, str, int, str | None, str | None]
_IMAGE = itemgetter(0)
_CHUNK = 1024
_CACHE_KIB = 4096
_IN_ORDER = """
    SELECT key, text, row, file_name, source
    FROM (SELECT *, rowid AS number, min(rowid) OVER (PARTITION BY key) AS first FROM caption)
    ORDER BY first, number
"""


@contextmanager
def brought_together(rows: Iterable[CaptionRow]) -> Iterator[Iterator[ImageCaptions]]:
    """The images of `rows`, in order of first appearance; the captions of each in the order of the rows.

    The ids 1 and "1" are different images; an image has the file name of its first row that has one. Raises
    `CapparseError`: the temporary folder is full.
    """
    with TemporaryBytes() as kept:
        with Repeats() as repeats:
            _keep(rows, kept, repeats)
            again = repeats.found()
        if again is not None and not again:
            yield _images(_rows_kept(kept))
            return
        with closing(private_database()) as database:
            _insert(database, _rows_kept(kept), again)
            coming_back = _sorted_images(database)
            yield coming_back if again is None else _joined(_rows_kept(kept), again, coming_back)


def first_name(file_names: Iterable[str | None]) -> str | None:
    """The file name of an image: that of its first row that has one."""
    return next((name for name in file_names if name is not None), None)


def image_key(image_id: int | str) -> str:
    """A text that keeps the type, and integers that are wider than SQLite's 64 bits."""
    return f"i{image_id}" if isinstance(image_id, int) else f"s{image_id}"


def _image_with(key: str) -> int | str:
    return int(key[1:]) if key[0] == "i" else key[1:]


def _keep(rows: Iterable[CaptionRow], kept: TemporaryBytes, repeats: Repeats) -> None:
    waiting = map(row_fields, rows)
    last: int | str | None = None
    while chunk := list(islice(waiting, _CHUNK)):
        for image_id, _ in groupby(chunk, key=_IMAGE):
            if image_id != last:
                repeats.add(image_id)
            last = image_id
        kept.write(pickle.dumps(chunk, protocol=pickle.HIGHEST_PROTOCOL))


def _rows_kept(kept: TemporaryBytes) -> Iterator[_Fields]:
    file = kept.from_start()
    while file.peek(1):
        yield from pickle.load(file)


def _images(rows: Iterable[_Fields]) -> Iterator[ImageCaptions]:
    for image_id, group in groupby(rows, key=_IMAGE):
        yield _image(image_id, group)


def _image(image_id: int | str, group: Iterable[_Fields]) -> ImageCaptions:
    _, captions, rows, file_names, sources = zip(*group, strict=True)
    return ImageCaptions(image_id, captions, first_name(file_names), rows[0], sources[0])


def _joined(
    rows: Iterable[_Fields], again: Set[int], coming_back: Iterator[ImageCaptions]
) -> Iterator[ImageCaptions]:
    """All images; those of `coming_back`, whose hashes are in `again`, at their first row."""
    due = next(coming_back, None)
    for image_id, group in groupby(rows, key=_IMAGE):
        if hash(image_id) not in again:
            yield _image(image_id, group)
        elif due is not None and image_id == due.image_id:
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


def _insert(database: sqlite3.Connection, rows: Iterable[_Fields], again: Set[int] | None) -> None:
    """The rows of images whose hash is in `again` (None: all)."""
    database.execute("CREATE TABLE caption (key TEXT, text TEXT, row INTEGER, file_name TEXT, source TEXT)")
    wanted = ((image_key(row[0]), *row[1:]) for row in rows if again is None or hash(row[0]) in again)
    with temporary_disk():
        database.executemany("INSERT INTO caption VALUES (?, ?, ?, ?, ?)", wanted)


def _sorted_images(database: sqlite3.Connection) -> Iterator[ImageCaptions]:
    # Both sorts merge runs on disk; an index of the images would be read and written all over it.
    with temporary_disk():
        for key, group in groupby(database.execute(_IN_ORDER), key=_IMAGE):
            yield _image(_image_with(key), group)
