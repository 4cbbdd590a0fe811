"""Maps from images to captions in which some names do not look like those of images: nothing is lost unsaid."""

import io
import json
from typing import Any

import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, Row, read_captions
from shared_runtime.errors import InputError


def read(document: Any) -> list[Row]:
    return list(read_captions(io.BytesIO(json.dumps(document).encode()), ReadingOptions(format="json")))


def labelled(rows: list[Row]) -> list[int | str]:
    return [row.image_id for row in rows if isinstance(row, CaptionRow)]


def reasons(rows: list[Row]) -> list[str]:
    return [str(row.reason) for row in rows if isinstance(row, RejectedRow)]


NAMES = ["1.jpg", "beach", "WhatsApp Image at 10.10.10.jpeg", "x.heic", "photo 7", "IMG_1"]


@pytest.mark.parametrize(
    "make",
    [lambda text: text, lambda text: [text], lambda text: {"caption": text}, lambda text: [{"caption": text}]],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_names_of_any_form_beside_those_of_images(make: Any, backwards: bool) -> None:
    names = NAMES[::-1] if backwards else NAMES
    if backwards and isinstance(make("x"), list) and isinstance(make("x")[0], dict):
        return  # an array of records, as far as its beginning tells
    rows = read({name: make(f"A dog at {name}") for name in names})
    assert labelled(rows) == names
    assert not reasons(rows)


def test_half_of_the_names_look_like_those_of_images() -> None:
    document = {f"{n:032x}.jpg" if n % 2 else f"photo {n}": ["A dog", "A cat"] for n in range(1000)}
    assert len(read(document)) == len(labelled(read(document))) == 2000


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("info", {"description": "All my dogs"}, "no-image"),
        ("info", {"year": 2014}, "no-image"),
        ("version", 1.0, "no-image"),
        ("dataset", "Dogs of mine", "no-image"),
        ("description", "Dogs of mine", "no-image"),
        ("license", ["free for all", "to use"], "no-image"),
        ("sizes", [1, 2], "no-image"),
        ("other", {"size": 1}, "no-image"),
        ("other", [{"size": 1}], "no-image"),
        ("other", [], "no-image"),
        ("other", None, "no-image"),
        ("mood", "sunny", "bad-image-id"),
        ("", "A dog", "bad-image-id"),
        ("3.jpg", 5, "wrong-type"),
        ("3.jpg", None, "wrong-type"),
        ("3.jpg", [], "empty-caption"),
        ("3.jpg", [{"size": 1}], "missing-field"),
    ],
)
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("as_list", [False, True])
def test_what_else_stands_in_a_map_is_told_of(
    key: str, value: Any, reason: str, where: int, as_list: bool
) -> None:
    members: list[tuple[str, Any]] = [(name, ["A dog"] if as_list else "A dog") for name in ("1.jpg", "2.jpg")]
    members.insert(where, (key, value))
    rows = read(dict(members))
    assert labelled(rows) == ["1.jpg", "2.jpg"]
    assert set(reasons(rows)) == {reason}


def test_a_text_among_many_under_other_names_is_no_map() -> None:
    rows = read(
        {"headline": "Dogs of the year", "body": "There are many dogs", "end": "That is all", "2014": "A dog"}
    )
    assert labelled(rows) == ["2014"]
    assert reasons(rows) == ["bad-image-id"] * 3


@pytest.mark.parametrize("key", ["beach", "2014"])
def test_texts_beside_records_are_no_captions(key: str) -> None:
    record = {"image_id": 1, "caption": "A dog"}
    for before in (False, True):
        members = [(key, "Photographs of dogs"), ("annotations", [record])]
        assert labelled(read(dict(members if before else members[::-1]))) == [1]


def test_no_name_of_an_image_at_all() -> None:
    with pytest.raises(InputError, match="field 'annotations' is missing"):
        read({"beach": "A boat", "park": "A dog"})
