"""The lattice against the sum that it approximates."""

import numpy as np
import pytest

from segmentation.masks.lattice import Lattice


@pytest.mark.parametrize(("d", "spread"), [(1, 2.0), (2, 2.0), (3, 1.0), (5, 0.7)])
def test_filter_approximates_the_sum_of_gaussians(d: int, spread: float) -> None:
    rng = np.random.default_rng(d)
    features = rng.normal(scale=spread, size=(d, 400))
    values = rng.random((2, 400)).astype(np.float32)
    lattice = Lattice.over(features)
    distances = ((features[:, :, None] - features[:, None]) ** 2).sum(axis=0)
    kernel = np.exp(-distances / 2)
    ones = np.ones((1, 400), dtype=np.float32)
    expected = values @ kernel / kernel.sum(axis=0)
    found = lattice.filter(values) / lattice.filter(ones)
    assert np.abs(found - expected).mean() < 0.1 * np.abs(values - expected).mean()


def test_filter_is_linear() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 30))
    kernel = Lattice.over(features).filter(np.eye(30, dtype=np.float32))
    values = rng.random((1, 30)).astype(np.float32)
    np.testing.assert_allclose(Lattice.over(features).filter(values), values @ kernel, rtol=1e-5)


def test_far_points_do_not_touch() -> None:
    features = np.array([[0.0, 0.1, 100.0], [0.0, 0.1, 100.0]])
    filtered = Lattice.over(features).filter(np.array([[1.0, 1.0, 0.0]], dtype=np.float32))
    assert filtered[0, 2] == 0
    assert filtered[0, 0] > 1


def test_one_point_alone() -> None:
    filtered = Lattice.over(np.zeros((5, 1))).filter(np.array([[2.0]], dtype=np.float32))
    assert filtered.shape == (1, 1)
    assert filtered[0, 0] > 0
