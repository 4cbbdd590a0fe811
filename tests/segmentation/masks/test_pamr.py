"""Pixel-adaptive mask refinement against a loop over pixels, and by hand."""

import math
from importlib import import_module

import numpy as np
import pytest
from numpy.typing import NDArray

from segmentation.masks.pamr import DILATIONS, pamr

Array = NDArray[np.float32]


def drawn(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def pixel_by_pixel(image: Array, scores: Array, steps: int, dilations: tuple[int, ...]) -> NDArray[np.float64]:
    """The definition: neighbours beyond the edge are the pixels at it."""
    _, height, width = image.shape
    places = [(d * i, d * j) for d in dilations for i in (-1, 0, 1) for j in (-1, 0, 1)]
    now = scores.astype(np.float64)
    for _ in range(steps):
        after = np.zeros_like(now)
        for row, column in np.ndindex(height, width):
            around = [(min(max(row + i, 0), height - 1), min(max(column + j, 0), width - 1)) for i, j in places]
            colours = np.array([image[:, r, c] for r, c in around], dtype=np.float64)
            deviation = colours.std(axis=0, ddof=1) + 1e-8
            unlike = (np.abs(colours - image[:, row, column]) / (0.1 * deviation)).mean(axis=1)
            others = [n for n, place in enumerate(places) if place != (0, 0)]
            weights = np.exp(-unlike[others])
            values = np.array([now[:, r, c] for r, c in (around[n] for n in others)])
            after[:, row, column] = weights / weights.sum() @ values
        now = after
    return now


@pytest.mark.parametrize("dilations", [(1,), (1, 3), (2, 5)])
def test_it_is_the_definition_pixel_by_pixel(dilations: tuple[int, ...]) -> None:
    image, scores = drawn(0, 3, 6, 7) * 255, drawn(1, 2, 6, 7)
    # Where neighbours differ widely, one of them decides: soft images show all weights.
    for colours in (image, 100 + image.cumsum(axis=1) + 3 * image.cumsum(axis=2)):
        expected = pixel_by_pixel(colours, scores, 3, dilations)
        np.testing.assert_allclose(pamr(colours, scores, 3, dilations), expected, rtol=1e-4, atol=1e-6)


def test_three_pixels_by_hand() -> None:
    image = np.array([[[0, 0, 1]]] * 3, dtype=np.float32)
    found = pamr(image, np.eye(3, dtype=np.float32)[:, None], 1, (1,))[:, 0]
    # All that the left one sees is black: five times itself, three times the middle one.
    np.testing.assert_allclose(found[:, 0], [5 / 8, 3 / 8, 0], atol=1e-7)
    # The middle one sees itself twice, and each side three times; the deviation of 3 ones among 9 values is 1/2.
    white = 3 * math.exp(-1 / 0.05)
    np.testing.assert_allclose(found[:, 1], np.array([3, 2, white]) / (5 + white), rtol=1e-5)


def test_without_edges_it_is_the_plain_mean_of_the_neighbours() -> None:
    scores = np.zeros((1, 99, 101), dtype=np.float32)
    scores[0, 50, 50] = 1
    found = pamr(np.full((3, 99, 101), 7, dtype=np.float32), scores, 1)[0]
    expected = np.zeros_like(found)
    for d in DILATIONS:
        expected[50 - d : 51 + d : d, 50 - d : 51 + d : d] = 1 / 48
    expected[50, 50] = 0
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_an_edge_stops_the_scores() -> None:
    image = np.zeros((3, 20, 30), dtype=np.float32)
    image[:, :, 15:] = 200
    scores = drawn(2, 1, 20, 30) * (image[:1] > 0)
    found = pamr(image, scores)
    assert found[0, :, :15].max() < 1e-6
    assert found[0, :, 15:].min() > 0.2


def test_the_most_unlike_pixel_there_can_be_is_no_division_by_zero() -> None:
    image = np.zeros((3, 60, 60), dtype=np.float32)
    image[:, 30, 30] = 255
    scores = drawn(3, 2, 60, 60)
    found = pamr(image, scores, 2)
    assert np.isfinite(found).all()
    assert found.max() <= scores.max()


def test_a_batch_is_its_images() -> None:
    images, scores = drawn(4, 2, 3, 12, 9), drawn(5, 2, 4, 12, 9)
    together = pamr(images, scores, 4, (1, 2))
    for image, of_image, refined in zip(images, scores, together, strict=True):
        np.testing.assert_allclose(pamr(image, of_image, 4, (1, 2)), refined, atol=1e-6)


@pytest.mark.parametrize("values", [1, 20, 10**6])
def test_bands_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch, values: int) -> None:
    image, scores = drawn(6, 3, 11, 8), drawn(7, 3, 11, 8)
    expected = pamr(image, scores)
    monkeypatch.setattr(import_module("segmentation.masks.pamr"), "_BAND_VALUES", values)
    np.testing.assert_allclose(pamr(image, scores), expected, atol=1e-6)


def test_what_is_given_stays_and_sums_are_kept() -> None:
    image, scores = drawn(8, 3, 10, 14), drawn(9, 3, 10, 14)
    scores /= scores.sum(axis=0)
    before = scores.copy()
    np.testing.assert_allclose(pamr(image, scores).sum(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(scores, before)
