from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.evaluation.evaluate import compare_classes
from caption_parser.evaluation.metrics import ClassCounts, count, macro, micro

CAT, DOG, BOTTLE, COW = 1, 2, 3, 4
TRUTH = {1: {CAT, DOG}, 2: {CAT}, 3: {DOG, BOTTLE}}
PREDICTED = {1: {CAT}, 2: {CAT, DOG}, 3: {DOG}, 99: {BOTTLE}}
PIXELS = {1: {CAT: 30, DOG: 60}, 2: {CAT: 10}, 3: {DOG: 20}}

label_sets = st.dictionaries(st.integers(0, 9), st.frozensets(st.integers(1, 5), max_size=4), max_size=10)


def test_miniature() -> None:
    counts = count(TRUTH, PREDICTED, (CAT, DOG, BOTTLE), PIXELS)
    assert counts == {
        CAT: ClassCounts(tp=2, fp=0, fn=0, pixels_found=40, pixels=40),
        DOG: ClassCounts(tp=1, fp=1, fn=1, pixels_found=20, pixels=80),
        BOTTLE: ClassCounts(tp=0, fp=0, fn=1, pixels_found=0, pixels=0),
    }
    means = macro(counts.values())
    assert means.iou == pytest.approx(Fraction(4, 9))
    assert means.precision == Fraction(1, 2)
    assert means.recall == Fraction(1, 2)
    assert means.pixel_recall == Fraction(5, 8)
    sums = micro(counts.values())
    assert (sums.iou, sums.precision, sums.recall) == (0.5, 0.75, 0.6)
    assert sums.pixel_recall == 0.5


def test_a_class_that_never_occurs_is_left_out_of_macro_but_not_of_micro() -> None:
    counts = count(TRUTH, {3: {DOG, COW}}, (CAT, DOG, COW))
    assert counts[COW] == ClassCounts(fp=1)
    assert (counts[COW].iou, counts[COW].precision, counts[COW].recall) == (0, 0, None)
    assert macro(counts.values()).iou == Fraction(1, 4)
    assert micro(counts.values()).precision == Fraction(1, 2)


def test_nothing_is_undefined_rather_than_zero() -> None:
    empty = count({}, {}, (CAT,))
    assert empty[CAT].iou is None
    assert macro(empty.values()).iou is None
    assert micro(empty.values()).precision is None
    assert macro(count(TRUTH, PREDICTED, (CAT,)).values()).pixel_recall is None


@given(label_sets, label_sets)
def test_against_a_matrix_of_ones_and_zeros(
    truth: dict[int, frozenset[int]], predicted: dict[int, frozenset[int]]
) -> None:
    counts = count(truth, predicted, range(1, 6))
    for label in range(1, 6):
        cells = [(label in truth[image], label in predicted.get(image, ())) for image in truth]
        found = counts[label]
        assert (found.tp, found.fp, found.fn) == tuple(
            cells.count(cell) for cell in ((True, True), (False, True), (True, False))
        )
    ious = [c.tp / (c.tp + c.fp + c.fn) for c in counts.values() if c.tp + c.fn]
    assert macro(counts.values()).iou == (pytest.approx(sum(ious) / len(ious)) if ious else None)


@given(label_sets, label_sets)
def test_properties(truth: dict[int, frozenset[int]], predicted: dict[int, frozenset[int]]) -> None:
    one_pixel = {image: dict.fromkeys(labels, 1.0) for image, labels in truth.items()}
    counts = count(truth, predicted, range(1, 6), one_pixel)
    for found in counts.values():
        assert found.pixel_recall == found.recall
        if found.iou is not None:
            assert found.iou <= min(1 if found.precision is None else found.precision, found.recall or 0)
    perfect = macro(count(truth, truth, range(1, 6)).values())
    assert {perfect.iou, perfect.precision, perfect.recall} <= {1.0, None}


def test_compare_sorts_by_absolute_difference_then_id() -> None:
    names = {CAT: "cat", DOG: "dog", BOTTLE: "bottle", COW: "cow"}
    ours = {BOTTLE: ClassCounts(), COW: ClassCounts(tp=1), DOG: ClassCounts(tp=1, fp=3), CAT: ClassCounts(tp=1)}
    theirs = {
        CAT: ClassCounts(tp=1, fn=1),
        DOG: ClassCounts(tp=1),
        BOTTLE: ClassCounts(fp=1),
        COW: ClassCounts(tp=1, fp=1),
    }
    rows = compare_classes(ours, theirs, names)
    assert [(row.name, row.difference) for row in rows] == [
        ("dog", -0.75),
        ("cat", 0.5),
        ("cow", 0.5),
        ("bottle", 0),
    ]
    assert (rows[3].iou, rows[3].against_iou) == (None, 0)
