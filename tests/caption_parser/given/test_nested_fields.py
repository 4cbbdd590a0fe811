"""Rows with fields within fields, lists of captions and images as objects, given from Python."""

from typing import Any

import pytest

from caption_parser.given import ColumnChoice, images_of
from shared_runtime.errors import UsageError
from tests.caption_parser.given.test_given_captions import Dataset, Frame

DOG_AND_CAT = [(7, ("a dog", "a pup")), (8, ("a cat",))]


def images(source: Any, caption: str | None = None, image: str | None = None) -> list[tuple[Any, tuple[str, ...]]]:
    return [(found.image_id, found.captions) for found in images_of(source, ColumnChoice(caption, image))]


REGIONS = [
    {"id": 7, "regions": [{"phrase": "a dog", "x": 1}, {"phrase": "a pup", "x": 2}]},
    {"id": 8, "regions": [{"phrase": "a cat", "x": 1}]},
]
META = [{"meta": {"n": 7, "alts": ["a dog", "a pup"]}}, {"meta": {"n": 8, "alts": ["a cat"]}}]


def columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize(
    "table", [list, lambda rows: Frame(**columns(rows)), lambda rows: Dataset(**columns(rows))]
)
@pytest.mark.parametrize(
    ("rows", "caption", "image"),
    [
        (REGIONS, None, None),
        (REGIONS, "regions", "id"),
        (REGIONS, "regions[].phrase", "id"),
        (META, "meta.alts", "meta.n"),
        (META, "meta.alts[]", "meta.n"),
    ],
)
def test_fields_within_fields(
    table: Any, rows: list[dict[str, Any]], caption: str | None, image: str | None
) -> None:
    assert images(table(rows), caption, image) == DOG_AND_CAT


def test_a_path_without_an_image_keeps_the_captions_of_a_row_together() -> None:
    assert images([{"regions": REGIONS[0]["regions"]}], "regions[].phrase") == [(1, ("a dog", "a pup"))]


def test_lists_of_captions_may_be_written_as_text() -> None:
    table = Frame(image_id=[7, 8], captions=["['a dog', 'a pup']", '["a cat"]'])
    assert images(table) == DOG_AND_CAT
    assert images({7: '["a dog", "a pup"]', 8: "a cat"}) == DOG_AND_CAT


def test_an_image_that_is_an_object_is_named_by_its_path_or_by_its_row() -> None:
    rows = [
        {"image": {"bytes": b"1", "path": "7.jpg"}, "caption": "a dog"},
        {"image": {"bytes": b"2", "path": None}, "caption": "a cat"},
    ]
    assert images(rows) == [("7.jpg", ("a dog",)), (2, ("a cat",))]


def test_conversations_give_their_descriptions_and_nothing_is_reported_of_the_rest() -> None:
    turns = [
        {"from": "human", "value": "<image>\nWhat colour is it?"},
        {"from": "gpt", "value": "Red."},
        {"from": "human", "value": "Describe the image."},
        {"from": "gpt", "value": "A red bus."},
    ]
    assert images([{"image": "7.jpg", "conversations": turns}]) == [("7.jpg", ("A red bus.",))]


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("regions[].phrse", r"field 'regions\[\].phrse' is missing \(has: regions\[\]\.phrase"),
        ("regions.phrase", r"'regions' is a list. Try regions\[\]\.phrase"),
        ("region[].phrase", "no such column"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_by_name(caption: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        images(REGIONS, caption, "id")
