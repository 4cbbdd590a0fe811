"""The shipped pipeline on captions that trap a caption parser (visual mode, COCO's classes)."""

from collections.abc import Callable

import pytest

from benchmarks import hard_words
from benchmarks.hard_captions import CASES, Case, faults
from shared_schemas import ClassLabel, ImageLabels
from tests.parsers import parser_of


@pytest.fixture(scope="module")
def label() -> Callable[[str], ImageLabels]:
    parser = parser_of(mode="visual", keep_unlabelled=True)
    return lambda caption: next(iter(parser.label([caption])))


ALL_CASES = [*CASES, *hard_words.CASES]


@pytest.mark.parametrize("case", ALL_CASES, ids=[case.caption for case in ALL_CASES])
def test_hard_caption(label: Callable[[str], ImageLabels], case: Case) -> None:
    assert faults(case, label(case.caption)) == []


def test_faults_name_what_is_missing_and_what_is_too_much() -> None:
    labels = ImageLabels(
        image_id=1,
        label_space="coco@0",
        captions=("A white dog on a bench",),
        foreground=(ClassLabel(id=17, name="dog", votes=1), ClassLabel(id=14, name="bench", votes=1)),
        background=(),
    )
    case = Case(
        "A white dog on a bench",
        {"dog": {"white"}, "cat": set()},
        {"bench"},
        only=True,
        counts={"dog": 2},
        flags={"dog": {"negated"}},
        phrases={"dog": "A white dog"},
    )
    assert faults(case, labels) == [
        "dog: expected ['white'], got []",
        "cat: expected [], got no such label",
        "bench: must not be there",
        "dog: expected count 2, got None",
        "dog: expected the flags ['negated'], got []",
        "dog: expected the phrase 'A white dog', got []",
    ]
