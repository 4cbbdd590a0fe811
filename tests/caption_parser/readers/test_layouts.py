"""The layouts that data sets come in are told by what they hold."""

import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, Row, json_document, read_captions
from tests.caption_parser.readers.layouts import LAYOUTS
from tests.caption_parser.readers.layouts.making import Layout, as_json, as_parquet


def read(layout: Layout, path: Path, content: bytes) -> list[Row]:
    path.write_bytes(content)
    return list(read_captions(path, ReadingOptions(**layout.options)))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.code)
def test_a_layout_is_read_as_it_is_meant(layout: Layout, tmp_path: Path) -> None:
    rows = read(layout, tmp_path / layout.name, layout.content)
    good = [row for row in rows if isinstance(row, CaptionRow)]
    assert [(row.image_id, row.caption) for row in good] == layout.pairs
    rejected = [row for row in rows if isinstance(row, RejectedRow)]
    assert all(row.is_left_out for row in rejected), rejected
    assert Counter(str(row.reason) for row in rejected) == layout.left_out
    if layout.file_names is not None:
        assert [row.file_name for row in good] == layout.file_names


@pytest.mark.parametrize(
    "layout",
    [layout for layout in LAYOUTS if not layout.name.endswith(".parquet")],
    ids=lambda layout: layout.code,
)
def test_so_it_is_compressed(layout: Layout, tmp_path: Path) -> None:
    rows = read(layout, tmp_path / f"{layout.name}.gz", gzip.compress(layout.content))
    assert [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)] == layout.pairs


def test_the_bytes_of_images_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    rows = [{"image": {"bytes": b"x", "path": "7.jpg"}, "meta": {"alts": ["a dog"], "n": 1}, "other": "y"}]
    path.write_bytes(as_parquet(rows))
    asked: list[list[str]] = []
    iter_batches = pq.ParquetFile.iter_batches

    def noting(file: pq.ParquetFile, *arguments: Any, **options: Any) -> Any:
        asked.append(options["columns"])
        return iter_batches(file, *arguments, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", noting)
    (row,) = read_captions(path, ReadingOptions(caption_field="meta.alts"))
    assert isinstance(row, CaptionRow)
    assert (row.image_id, row.caption, row.file_name) == ("7.jpg", "a dog", "7.jpg")
    assert asked == [["image.path", "meta.alts.list.element"]]


def test_an_object_too_large_to_be_held_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "MAX_RECORD_CHARS", 100_000)
    items = [{"image": f"{number}.jpg", "caption": f"dog number {number} " * 9} for number in range(3000)]
    content = as_json({"version": {"year": 2024}, "dataset": {"name": "x", "items": items}, "after": [1]})
    rows = list(read_captions(io.BytesIO(content), ReadingOptions(format="coco")))
    assert [(row.row, row.image_id) for row in rows if isinstance(row, CaptionRow)] == [
        (number + 1, f"{number}.jpg") for number in range(3000)
    ]
