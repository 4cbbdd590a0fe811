"""The walk over pixels against a dense solution; colours by their known values."""

import numpy as np
import pytest
from numpy.typing import NDArray

from segmentation.masks import pixel_graph
from segmentation.masks.pixel_graph import ALPHA, RADIUS, TAU, PixelGraph, lab


def soft_image(height: int, width: int) -> NDArray[np.uint8]:
    """Colours that change a little from pixel to pixel, so that weights are neither 0 nor 1."""
    rng = np.random.default_rng(0)
    steps = rng.integers(-1, 2, (height, width, 3)).cumsum(axis=0).cumsum(axis=1)
    return (120 + steps).clip(0, 255).astype(np.uint8)


def drawn(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).random(shape, dtype=np.float32)


def test_lab_of_known_colours() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [119, 119, 119]]])
    expected = [(53.24, 80.09, 67.20), (87.74, -86.18, 83.18), (32.30, 79.19, -107.86), (100, 0, 0), (0, 0, 0)]
    found = lab(colours.astype(np.uint8))[:, 0].T
    np.testing.assert_allclose(found[:5], expected, atol=0.02)
    # The grey that is half as light as white.
    np.testing.assert_allclose(found[5], (50, 0, 0), atol=0.2)


def test_it_solves_the_system_of_all_pairs() -> None:
    height, width = 9, 11
    image, scores = soft_image(height, width), drawn(2, height, width)
    colours = (lab(image) / np.array([100, 128, 128])[:, None, None]).reshape(3, -1).astype(np.float64)
    rows, columns = (axis.ravel() for axis in np.indices((height, width)))
    near = (abs(rows[:, None] - rows) <= RADIUS) & (abs(columns[:, None] - columns) <= RADIUS)
    distance = np.sqrt(((colours[:, :, None] - colours[:, None]) ** 2).sum(axis=0))
    weights = np.where(near, np.exp(-distance / TAU), 0)
    np.fill_diagonal(weights, 0)
    walk = weights / weights.sum(axis=1, keepdims=True)
    expected = np.linalg.solve(np.eye(height * width) - ALPHA * walk, (1 - ALPHA) * scores.reshape(2, -1).T).T
    found = PixelGraph(image).walk(scores).reshape(2, -1)
    # Ten steps do not quite solve it.
    assert np.abs(found - expected).max() < 0.02
    assert np.abs(found - scores.reshape(2, -1)).mean() > 0.1


def test_scores_stay_on_their_side_of_an_edge() -> None:
    image = np.zeros((12, 20, 3), dtype=np.uint8)
    image[:, 10:] = 200
    scores = np.zeros((2, 12, 20), dtype=np.float32)
    scores[0, :, 3], scores[1, :, 15] = 1, 1
    found = PixelGraph(image).walk(scores)
    assert found[0, :, 10:].max() < 1e-6
    assert found[1, :, :10].max() < 1e-6
    assert (found[0, :, :10] > 0.01).all()


@pytest.mark.parametrize("step", [1, 2, 3])
def test_smaller_images_lie_where_they_did(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(pixel_graph, "_MOST_PIXELS", 24 * 18 // step**2)
    image, scores = soft_image(24, 18), drawn(2, 24, 18)
    found = PixelGraph(image).walk(scores)
    assert found.shape == scores.shape
    mirrored = PixelGraph(image[::-1, ::-1].copy()).walk(scores[:, ::-1, ::-1].copy())
    np.testing.assert_allclose(mirrored[:, ::-1, ::-1], found, atol=2e-3)


def test_a_lone_pixel_keeps_its_scores() -> None:
    scores = drawn(2, 1, 1)
    np.testing.assert_allclose(PixelGraph(np.zeros((1, 1, 3), dtype=np.uint8)).walk(scores), scores)


@pytest.mark.parametrize("together", [1, 3, 10])
def test_scores_walked_a_few_at_a_time_end_where_they_do_together(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    image, scores = soft_image(24, 18), drawn(7, 24, 18)
    expected = np.concatenate([PixelGraph(image).walk(one[None]) for one in scores])
    monkeypatch.setattr(pixel_graph, "_TOGETHER", together)
    np.testing.assert_array_equal(PixelGraph(image).walk(scores), expected)
