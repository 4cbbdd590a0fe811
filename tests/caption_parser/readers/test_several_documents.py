"""JSON documents behind each other, as `cat` puts files together: none is passed over in silence."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, Row, json_document, read_captions
from shared_runtime.errors import InputError


def read(content: str, **options: str) -> list[Row]:
    return list(read_captions(io.BytesIO(content.encode()), ReadingOptions(format="json", **options)))


def pairs(rows: list[Row]) -> list[tuple[int | str, str]]:
    return [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)]


def record(number: int) -> dict[str, str]:
    return {"image": f"{number}.jpg", "caption": f"dog {number}"}


FORMS = {
    "array": lambda some: [record(number) for number in some],
    "coco": lambda some: {
        "images": [],
        "annotations": [{"image_id": f"{n}.jpg", "caption": f"dog {n}"} for n in some],
    },
    "named-array": lambda some: {"version": 1, "data": [record(number) for number in some]},
    "nested-array": lambda some: {"a": {"data": [record(number) for number in some]}},
    "columns": lambda some: {"image": [f"{n}.jpg" for n in some], "caption": [f"dog {n}" for n in some]},
    "map": lambda some: {f"{n}.jpg": f"dog {n}" for n in some},
    "map-of-lists": lambda some: {f"{n}.jpg": [f"dog {n}"] for n in some},
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    between=st.sampled_from(["", "\n", "\r\n\r\n", " , ", "\x1e"]),
    indent=st.sampled_from([None, 1]),
)
def test_all_documents_are_read(form: str, sizes: list[int], between: str, indent: int | None) -> None:
    if form == "columns" and indent is None and "\n" in between:
        return  # records whose fields hold lists, a line each
    numbers = iter(range(100))
    documents = [FORMS[form]([next(numbers) for _ in range(size)]) for size in sizes]
    rows = read(between.join(json.dumps(document, indent=indent) for document in documents))
    assert all(isinstance(row, CaptionRow) for row in rows)
    assert pairs(rows) == [(f"{number}.jpg", f"dog {number}") for number in range(sum(sizes))]
    assert len({row.row for row in rows}) == len(rows)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("between", ["", "\n", ",\n"])
def test_a_document_may_be_a_record(indent: int | None, between: str) -> None:
    for count in (1, 2, 500):
        rows = read(between.join(json.dumps(record(number), indent=indent) for number in range(count)))
        assert pairs(rows) == [(f"{number}.jpg", f"dog {number}") for number in range(count)]


def test_records_without_image_have_one_number_each() -> None:
    assert pairs(read('{\n"caption": "A dog"}\n{\n"caption": "A cat"}')) == [(1, "A dog"), (2, "A cat")]
    assert pairs(read('["A dog", "A cow"]\n["A cat"]')) == [(1, "A dog"), (2, "A cow"), (3, "A cat")]


@pytest.mark.parametrize(
    "document",
    [
        {"description": "All dogs", "url": "http://a", "annotations": [{"image_id": "1.jpg", "caption": "A dog"}]},
        {"description": "All dogs", "url": "http://a", "data": [{"image": "1.jpg", "text": "A dog"}]},
        {"description": "All dogs", "url": "http://a", "set": {"rows": [{"image": "1.jpg", "text": "A dog"}]}},
        {"description": "All dogs", "url": "http://a", "images": {"1.jpg": "A dog"}},
        {"description": "All dogs", "url": "http://a", "1.jpg": "A dog"},
    ],
)
def test_what_is_said_of_a_document_makes_no_record_of_it(document: object) -> None:
    assert pairs(read(json.dumps(document))) == [("1.jpg", "A dog")]


BROKEN = {
    "text": ("garbage", "garbage"),
    "bracket": ("]", "]"),
    "object": ("{x}", "{x}"),
    "number": ("17", "17"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("before", ["\n", " "])
def test_a_piece_that_is_no_json_is_one_rejected_row(broken: str, before: str) -> None:
    content, raw = BROKEN[broken]
    start = json.dumps([record(0)]) + before
    rows = read(f"{start}{content}\n{json.dumps([record(1)])}\n{content}")
    assert pairs(rows) == [("0.jpg", "dog 0"), ("1.jpg", "dog 1")]
    rejected = [row for row in rows if isinstance(row, RejectedRow)]
    assert [(row.reason, row.raw) for row in rejected] == [("invalid-json", raw)] * 2
    assert f"at byte {len(start)}" in rejected[0].message


def test_a_document_without_captions_among_others_is_told_of() -> None:
    documents = [{"version": 1}, [record(0)], {"licenses": []}, {"data": [{"image": 1}]}]
    rows = read("\n".join(json.dumps(document, indent=1) for document in documents))
    assert pairs(rows) == [("0.jpg", "dog 0")]
    rejected = [row for row in rows if isinstance(row, RejectedRow)]
    assert [row.reason for row in rejected] == ["missing-field"] * 3
    assert (
        "document 4 of the file, at byte 89: no known field of captions (has: data[].image)" in rejected[2].message
    )
    assert json.loads(rejected[2].raw) == documents[3]


def test_damage_costs_nothing_of_the_next_document() -> None:
    rows = read('[{"image": "1.jpg", "caption": A dog}]\n[{"image": "2.jpg", "caption": "A cat"}]')
    assert pairs(rows) == [("2.jpg", "A cat")]
    assert [row.reason for row in rows if isinstance(row, RejectedRow)] == ["invalid-json"]


def test_large_documents_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "_WHOLE_CHARS", 100)
    monkeypatch.setattr(json_document, "CHUNK", 64)
    rows = read("\n".join(json.dumps({"data": [record(n) for n in range(at, at + 50)]}) for at in (0, 50)))
    assert pairs(rows) == [(f"{number}.jpg", f"dog {number}") for number in range(100)]


@pytest.mark.parametrize("content", ['{"version": 1}', '{"image": "1.jpg"}', "garbage", "{x}", '"A dog"'])
def test_alone_such_a_document_is_an_error(content: str) -> None:
    with pytest.raises(InputError, match="<stream>"):
        read(content)
