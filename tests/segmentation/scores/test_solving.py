"""Conjugate gradients against the solution."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmentation.scores.solving import conjugate_gradients

Array = NDArray[np.float64]


def drawn(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


@given(seed=st.integers(0, 2**31))
def test_n_unknowns_are_solved_in_n_steps(seed: int) -> None:
    root = drawn(seed, 6, 6)
    matrix = root @ root.T + np.eye(6)
    targets = drawn(seed + 1, 3, 6)
    found = conjugate_gradients(lambda x: x @ matrix, targets, steps=6, tolerance=0)
    np.testing.assert_allclose(found @ matrix, targets, atol=1e-4, rtol=1e-4)


def test_it_stops_where_nothing_is_left() -> None:
    calls = 0

    def halves(values: Array) -> Array:
        nonlocal calls
        calls += 1
        return values / 2

    targets = np.array([[1.0, 2.0], [0.0, 0.0]])
    np.testing.assert_allclose(conjugate_gradients(halves, targets), 2 * targets)
    assert calls == 1
