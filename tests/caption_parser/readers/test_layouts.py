"""The layouts that data sets come in are told by what they hold."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, Row, read_captions
from tests.caption_parser.readers.layouts import LAYOUTS, Layout


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
