"""What is missing or damaged in a list of captions costs itself alone, and alike wherever the list stands."""

import csv
import io
import json
from typing import Any

import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, Row, read_captions


def rows_of(value: str | Any, form: str) -> list[Row]:
    """`value` as the captions of an image: in a record of JSON Lines, or written as text in a cell."""
    if form == "jsonl":
        content = json.dumps({"image": "1.jpg", "captions": value}).encode()
    else:
        text = io.StringIO()
        csv.writer(text).writerows([["image", "captions"], ["1.jpg", value]])
        content = text.getvalue().encode()
    return list(read_captions(io.BytesIO(content), ReadingOptions(format=form)))


def told(rows: list[Row]) -> tuple[list[str], list[str]]:
    good = [row.caption for row in rows if isinstance(row, CaptionRow)]
    return good, [str(row.reason) for row in rows if isinstance(row, RejectedRow)]


LISTS: list[tuple[Any, list[str], list[str]]] = [
    (["A bird", None], ["A bird"], ["wrong-type"]),
    ([None, "A bird"], ["A bird"], ["wrong-type"]),
    ([None], [], ["wrong-type"]),
    ([], [], ["empty-caption"]),
    (["A bird", ""], ["A bird"], ["empty-caption"]),
    (["A bird", 5, True], ["A bird"], ["wrong-type"] * 2),
    ([["A bird", None], ["A bee"]], ["A bird", "A bee"], ["wrong-type"]),
    ([{"caption": "A bird"}, None], ["A bird"], ["wrong-type"]),
    (["A bird", "A bee"], ["A bird", "A bee"], []),
]


@pytest.mark.parametrize(("value", "good", "reasons"), LISTS)
def test_gaps_are_rejected_in_json_and_in_cells(value: Any, good: list[str], reasons: list[str]) -> None:
    assert told(rows_of(value, "jsonl")) == (good, reasons)
    assert told(rows_of(json.dumps(value), "csv")) == (good, reasons)
    assert told(rows_of(repr(value), "csv")) == (good, reasons)


def test_numpy_writes_them_without_commas() -> None:
    assert told(rows_of("['A bird' None\n 'A bee' nan]", "csv")) == (["A bird", "A bee"], ["wrong-type"] * 2)


@pytest.mark.parametrize(
    "caption",
    [
        "[1]",
        "[1, 2]",
        "[A bird]",
        "[] a box",
        "[null island]",
        "[None of them] a bird",
        "()",
        "(None)",
        "[Nonetheless]",
    ],
)
def test_a_caption_in_brackets_is_no_list(caption: str) -> None:
    assert told(rows_of(caption, "csv")) == ([caption], [])


@pytest.mark.parametrize(
    ("pairs", "good", "rejected"),
    [
        ([["alt", "A cat"], ["title", "Cats"]], ["A cat", "Cats"], 0),
        ([["alt", "A cat"], ["x"]], ["A cat"], 1),
        ([["x"], ["alt", "A cat"]], ["A cat"], 1),
        ([["alt", "A cat"], []], ["A cat"], 1),
        ([["alt", "A cat"], ["title", "Cats", "Shop"]], ["A cat"], 1),
        ([["alt", "A cat"], ["title", None]], ["A cat"], 1),
        ([["alt", None]], [], 1),
        ([["alt", "A cat"], None], ["A cat"], 1),
        ([["alt", "A cat"], [1, 2]], ["A cat"], 1),
        ([["og:title", "A cat"], ["x-y", "Cats"]], ["A cat", "Cats"], 0),
        ([["A dog runs", "A dog in the sun"], ["A cat"]], ["A dog runs", "A dog in the sun", "A cat"], 0),
        ([["sunset", "A sunset"], ["A cat"]], ["sunset", "A sunset", "A cat"], 0),
    ],
)
def test_a_damaged_pair_costs_that_pair(pairs: list[Any], good: list[str], rejected: int) -> None:
    assert told(rows_of(pairs, "jsonl")) == (good, ["wrong-type"] * rejected)
