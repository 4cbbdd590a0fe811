"""Logistic regression against its own definition, written out with `math`."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.calibration.logistic import fit_logistic, probabilities

Rows = list[tuple[float, float, bool]]
ROWS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.booleans()), min_size=1, max_size=25)


def loss(rows: Rows, weights: Sequence[float], penalty: float) -> float:
    """The sum of log losses and penalties; a column of ones comes first."""
    total = sum(penalty * weight**2 / 2 for weight in weights)
    for first, second, right in rows:
        logit = weights[0] + weights[1] * first + weights[2] * second
        total += math.log(1 + math.exp(-logit if right else logit))
    return total


def fit(rows: Rows, signs: Sequence[int], penalty: float) -> list[float]:
    features = np.array([(1.0, first, second) for first, second, _ in rows])
    targets = np.array([float(right) for *_, right in rows])
    return fit_logistic(features, targets, np.full(3, penalty), np.array(signs, dtype=float)).tolist()


def test_without_features_the_share_of_right_ones() -> None:
    weights = fit_logistic(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), np.array([1e-9]), np.zeros(1))
    assert weights == pytest.approx([math.log(3)], abs=1e-6)


@given(ROWS, st.sampled_from([0.1, 1.0, 10.0]))
def test_no_step_to_any_side_lowers_the_loss(rows: Rows, penalty: float) -> None:
    weights = fit(rows, (0, 0, 0), penalty)
    lowest = loss(rows, weights, penalty)
    for index in range(3):
        for step in (-1e-3, 1e-3):
            beside = [weight + step * (index == number) for number, weight in enumerate(weights)]
            assert loss(rows, beside, penalty) > lowest


@given(ROWS, st.tuples(*[st.sampled_from([-1, 0, 1])] * 3), st.sampled_from([0.01, 1.0]))
def test_signs_are_kept_and_probabilities_stay_inside(rows: Rows, signs: tuple[int, ...], penalty: float) -> None:
    weights = fit(rows, signs, penalty)
    assert all(sign * weight >= 0 for sign, weight in zip(signs, weights, strict=True))
    found = probabilities(np.array([(1.0, 0.0, 0.0), (1.0, 3.0, 3.0)]), np.array(weights))
    assert np.all((found > 0) & (found < 1))


def test_a_weight_against_its_sign_is_left_out_and_the_others_fitted_anew() -> None:
    rows = [(0.0, 2.0, True), (1.0, 1.0, True), (2.0, 0.0, False), (2.0, 1.0, True), (1.0, 0.0, False)]
    free = fit(rows, (0, 0, 0), 1.0)
    assert free[1] < 0 < free[2]
    constrained = fit(rows, (0, 1, 1), 1.0)
    assert constrained[1] == 0
    without_it = [(0.0, second, right) for _, second, right in rows]
    assert constrained == pytest.approx(fit(without_it, (0, 0, 0), 1.0))


def test_the_penalty_keeps_weights_of_separable_rows_finite() -> None:
    rows = [(0.0, 0.0, False)] * 50 + [(3.0, 0.0, True)] * 50
    weights = fit(rows, (0, 1, 1), 1.0)
    assert 0 < weights[1] < 10
    assert weights[2] == 0


def test_extreme_logits_do_not_overflow() -> None:
    assert probabilities(np.array([[-1000.0], [0.0], [1000.0]]), np.ones(1)).tolist() == [0.0, 0.5, 1.0]
