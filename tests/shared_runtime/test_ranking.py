"""Average precision by hand, and by its definition for any scores."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_runtime.ranking import average_precision

RANKED = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.8, 0.96, 1.0]), st.booleans()), max_size=20)


@pytest.mark.parametrize(
    ("scores", "relevant", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], [True, False, True, False], Fraction(1, 2) + Fraction(1, 2) * Fraction(2, 3)),
        ([0.8, 0.9, 0.8, 0.1], [True, True, False, False], Fraction(1, 2) + Fraction(1, 2) * Fraction(2, 3)),
        ([0.5, 0.5, 0.5, 0.5], [True, False, False, False], Fraction(1, 4)),
        ([0.2, 0.9], [True, False], Fraction(1, 2)),
        ([0.9, 0.2], [True, False], 1),
    ],
)
def test_average_precision_by_hand(scores: list[float], relevant: list[bool], expected: Fraction) -> None:
    assert average_precision(scores, relevant) == pytest.approx(float(expected))


def test_undefined_where_nothing_is_relevant() -> None:
    assert average_precision([0.3, 0.2], [False, False]) is None
    assert average_precision([], []) is None


def by_definition(ranked: list[tuple[float, bool]]) -> Fraction | None:
    """Precision times gain in recall at every threshold, each computed anew from all items."""
    positives = sum(relevant for _, relevant in ranked)
    if not positives:
        return None
    area, recall_before = Fraction(0), Fraction(0)
    for threshold in sorted({score for score, _ in ranked}, reverse=True):
        retrieved = [relevant for score, relevant in ranked if score >= threshold]
        recall = Fraction(sum(retrieved), positives)
        area += (recall - recall_before) * Fraction(sum(retrieved), len(retrieved))
        recall_before = recall
    return area


@given(RANKED, st.randoms(use_true_random=False))
def test_against_the_definition_in_any_order(ranked: list[tuple[float, bool]], random: Random) -> None:
    expected = by_definition(ranked)
    random.shuffle(ranked)
    found = average_precision([score for score, _ in ranked], [relevant for _, relevant in ranked])
    assert found == (None if expected is None else pytest.approx(float(expected)))
