"""Captions of an image that stand far apart, brought together outside memory, in order of first appearance.

DuckDB does it where it is installed (the extra `scale`): it uses all cores, and sorts what does not fit by merging
runs on disk. Without it SQLite does (`runs.grouping`), on one core; images and their order are the same.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from caption_parser.captions import ImageCaptions
from caption_parser.readers import CaptionRow
from caption_parser.runs.grouping import first_name, group_by_image, image_key, key_image
from shared_runtime.errors import CapparseError

_CHUNK = 1 << 17
_MEMORY = "1GB"
_IN_ORDER = """
    SELECT image, text, row, file_name, source
    FROM caption JOIN (SELECT image, min(number) AS first FROM caption GROUP BY image) USING (image)
    ORDER BY first, number
"""


@contextmanager
def sorted_by_image(rows: Iterable[CaptionRow]) -> Iterator[Iterable[ImageCaptions]]:
    """The images of `rows`, as `runs.grouping.group_by_image` gives them. Raises `CapparseError`: no room."""
    try:
        import duckdb
    except ImportError:
        with group_by_image(rows) as images:
            yield images
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            with duckdb.connect(str(Path(folder) / "captions.duckdb")) as database:
                database.execute(f"SET memory_limit = '{_MEMORY}'; SET temp_directory = '{folder}'")
                _insert(database, rows)
                yield _images(database)
        except duckdb.Error as error:
            raise CapparseError(
                f"sorting the captions by image failed in the temporary folder {tempfile.gettempdir()}: {error}."
                " Set TMPDIR to a folder with more room"
            ) from error


def _insert(database: Any, rows: Iterable[CaptionRow]) -> None:
    import pyarrow as pa

    database.execute(
        "CREATE TABLE caption"
        " (number BIGINT, image VARCHAR, text VARCHAR, row BIGINT, file_name VARCHAR, source VARCHAR)"
    )
    waiting = iter(rows)
    number = 0
    while chunk := list(islice(waiting, _CHUNK)):
        columns = {
            "number": pa.array(range(number, number + len(chunk)), pa.int64()),
            "image": pa.array([image_key(row.image_id) for row in chunk], pa.string()),
            "text": pa.array([row.caption for row in chunk], pa.string()),
            "row": pa.array([row.row for row in chunk], pa.int64()),
            "file_name": pa.array([row.file_name for row in chunk], pa.string()),
            "source": pa.array([row.source for row in chunk], pa.string()),
        }
        database.register("chunk", pa.table(columns))
        database.execute("INSERT INTO caption SELECT * FROM chunk")
        database.unregister("chunk")
        number += len(chunk)


def _images(database: Any) -> Iterator[ImageCaptions]:
    for key, group in groupby(_fetched(database.execute(_IN_ORDER)), key=itemgetter(0)):
        _, captions, rows, file_names, sources = zip(*group, strict=True)
        yield ImageCaptions(key_image(key), captions, first_name(file_names), rows[0], sources[0])


def _fetched(result: Any) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(_CHUNK):
        yield from rows
