"""Captions of one image in several columns of a table, or several fields of a record."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from caption_parser.readers import CaptionRow
from caption_parser.readers.rows import RejectedRow
from shared_runtime.errors import InputError
from tests.caption_parser.readers.reading import read

TABLE = 'image,caption_1,caption_2,caption_3\na.jpg,A dog,"A dog, asleep",\nb.jpg,A cat,nan,Two cats\nc.jpg,,,\n'
RECORDS = (
    '{"image": "a.jpg", "caption_1": "A dog", "caption_2": ["A dog, asleep"], "caption_3": null}\n'
    '{"image": "b.jpg", "caption_1": "A cat", "caption_3": "Two cats"}\n'
    '{"image": "c.jpg", "caption_1": ""}\n'
)


def parquet() -> bytes:
    columns = {
        "image": ["a.jpg", "b.jpg", "c.jpg"],
        "caption_1": ["A dog", "A cat", None],
        "caption_2": ["A dog, asleep", None, None],
        "caption_3": [None, "Two cats", ""],
        "width": [1, 2, 3],
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.mark.parametrize("choice", ["caption_*", "caption_1,caption_2,caption_3", "caption_1, caption_*"])
@pytest.mark.parametrize(
    ("content", "name"),
    [(TABLE, "csv"), (TABLE.replace(",", ";").replace("; asleep", ", asleep"), "csv"), (RECORDS, "jsonl")],
)
def test_all_captions_are_those_of_the_row_s_image(content: str, name: str, choice: str) -> None:
    *captions, rejected = read(content, name, caption_field=choice)
    assert [(row.image_id, row.caption) for row in captions if isinstance(row, CaptionRow)] == [
        ("a.jpg", "A dog"),
        ("a.jpg", "A dog, asleep"),
        ("b.jpg", "A cat"),
        ("b.jpg", "Two cats"),
    ]
    assert isinstance(rejected, RejectedRow)
    assert rejected.reason == "empty-caption"


def test_parquet_reads_those_columns() -> None:
    rows = read(parquet(), "parquet", caption_field="caption_*")
    assert [row.caption for row in rows if isinstance(row, CaptionRow)] == [
        "A dog",
        "A dog, asleep",
        "A cat",
        "Two cats",
    ]
    assert [row.reason for row in rows if isinstance(row, RejectedRow)] == ["empty-caption"]


def test_columns_without_a_header_go_by_their_numbers() -> None:
    rows = read("a.jpg\tA dog\tTwo dogs\nb.jpg\tA cat\t\n", "tsv", caption_field="2,3", image_field="1")
    assert [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)] == [
        ("a.jpg", "A dog"),
        ("a.jpg", "Two dogs"),
        ("b.jpg", "A cat"),
    ]


@pytest.mark.parametrize(("content", "name"), [(TABLE, "csv"), (RECORDS, "jsonl"), (parquet(), "parquet")])
def test_the_error_that_misses_a_caption_offers_all_of_them(content: str | bytes, name: str) -> None:
    with pytest.raises(InputError, match=r"--caption-field 'caption_\*'"):
        read(content, name)
    with pytest.raises(InputError, match=r"--caption-field 'caption_\*'"):
        read(content, name, caption_field="caption")


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="field 'caption_9' is missing"):
        read(TABLE, "csv", caption_field="caption_1,caption_9")
