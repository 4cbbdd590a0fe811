"""How well confidence ranks labels and means what it says, by hand and for any labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.evaluation.confidence import average_precisions, judged_labels, reliability

CAT, DOG, COW = 1, 2, 3


def test_images_without_the_class_share_the_last_place() -> None:
    truth = {"a": {CAT}, "b": {CAT, DOG}, "c": {DOG}, "d": frozenset[int]()}
    confidences = {"a": {CAT: 0.9}, "b": {DOG: 0.4}, "d": {DOG: 0.7, CAT: 0.8, 99: 0.1}, "elsewhere": {CAT: 1.0}}
    assert average_precisions(truth, confidences, (CAT, DOG, COW)) == {
        CAT: pytest.approx(1 / 2 * 1 + 1 / 2 * 2 / 4),
        DOG: pytest.approx(1 / 2 * 1 / 2 + 1 / 2 * 2 / 4),
        COW: None,
    }


CAT, DOG, GRASS = 1, 2, 90
JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def test_reliability_by_hand() -> None:
    found = reliability([(0.95, True), (1.0, True), (0.9, False), (0.3, True), (0.0, False)])
    assert found is not None
    rows = [(b.low, b.high, b.labels, b.mean_confidence, b.correct) for b in found.bins]
    assert rows == [
        (0.0, 0.1, 1, 0.0, 0.0),
        (0.3, 0.4, 1, 0.3, 1.0),
        (0.9, 1.0, 3, pytest.approx(0.95), pytest.approx(2 / 3)),
    ]
    assert (found.labels, found.mean_confidence, found.correct) == (5, pytest.approx(0.63), pytest.approx(0.6))
    assert found.expected_calibration_error == pytest.approx((0.7 + 3 * (0.95 - 2 / 3)) / 5)


def test_nothing_to_judge() -> None:
    assert reliability([]) is None


def test_labels_beyond_the_truth_are_not_judged() -> None:
    truth = {1: {CAT}, 2: {DOG}, 3: {CAT}}
    confidences = {1: {CAT: 0.9, DOG: 0.4, GRASS: 0.8}, 2: {DOG: 0.7}, 4: {CAT: 1.0}}
    assert list(judged_labels(truth, confidences, {CAT, DOG})) == [(0.9, True), (0.4, False), (0.7, True)]


@given(JUDGED)
def test_the_error_lies_between_the_overall_difference_and_the_largest_of_a_bin(
    judged: list[tuple[float, bool]],
) -> None:
    found = reliability(judged)
    assert found is not None
    assert found.labels == len(judged) == sum(b.labels for b in found.bins)
    assert all(b.low - 1e-9 <= b.mean_confidence <= b.high + 1e-9 for b in found.bins)
    error = found.expected_calibration_error
    assert abs(found.correct - found.mean_confidence) <= error + 1e-9
    assert error <= max(abs(b.correct - b.mean_confidence) for b in found.bins) + 1e-9
