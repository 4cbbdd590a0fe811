"""The poly schedule with warm-up, at points worked out by hand."""

import pytest

from segmentation.training.stepper import poly_factor


def test_poly() -> None:
    assert poly_factor(0, 100, power=0.9) == 1.0
    assert poly_factor(50, 100, power=0.9) == pytest.approx(0.5**0.9)
    assert poly_factor(99, 100, power=0.9) == pytest.approx(0.01**0.9)
    assert poly_factor(75, 100, power=1.0) == pytest.approx(0.25)
    assert poly_factor(75, 100, power=0.0) == 1.0


def test_linear_warm_up_multiplies_the_first_steps() -> None:
    factors = [poly_factor(step, 8, power=1.0, warmup_steps=3) for step in range(8)]
    expected = [1 / 4, 2 / 4 * 7 / 8, 3 / 4 * 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]
    assert factors == pytest.approx(expected)
