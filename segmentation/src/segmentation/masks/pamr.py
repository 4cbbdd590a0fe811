"""Pixel-adaptive mask refinement: scores averaged over neighbours that look alike, ten times over.

Araslanov and Roth, "Single-Stage Semantic Segmentation from Image Labels", CVPR 2020, Section 3.3. Nothing is
solved and nothing learned: scores flow along a few fixed offsets, more readily where colours are alike.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from segmentation.scores.contract import FloatMap

STEPS = 10
DILATIONS = (1, 2, 4, 8, 12, 24)
"""Distances of the neighbours in pixels, eight at each."""
_SHARPNESS = 10.0
"""Of the likeness: differences are counted in tenths of the standard deviation around a pixel, as in the authors'
code."""
_BAND_VALUES = 40_000
"""Values of one score that are worked on at a time: twice as fast where they stay in a processor's cache."""


def pamr(images: FloatMap, scores: FloatMap, steps: int = STEPS, dilations: Sequence[int] = DILATIONS) -> FloatMap:
    """Scores (..., L, H, W) of images (..., 3, H, W) after `steps` steps; of the same shape and type.

    Both hold floating-point numbers: colours in any unit, since differences count relative to their deviation;
    scores in any range, which is kept, as are sums over L. Leading axes are those of a batch. It takes
    4 · 8 · len(dilations) bytes per pixel.
    """
    height, width = images.shape[-2:]
    reach = max(dilations)
    rows = max(1, _BAND_VALUES // width)
    tops = range(0, height, rows)
    offsets = [(d * down, d * right) for d in dilations for down, right in product((-1, 0, 1), repeat=2)]
    offsets = [offset for offset in offsets if offset != (0, 0)]
    padded = _padded(images, reach)
    bands = [_Band(top, min(top + rows, height), width, reach, offsets) for top in tops]
    weights = [_weights(images[..., band.top : band.bottom, :], list(band.shifted(padded))) for band in bands]
    for _ in range(steps):
        padded = _padded(scores, reach)
        scores = np.zeros_like(scores)
        for band, of_band in zip(bands, weights, strict=True):
            total = scores[..., band.top : band.bottom, :]
            for weight, neighbours in zip(of_band, band.shifted(padded), strict=True):
                total += weight * neighbours
    return scores


class _Band:
    """Rows `top` to `bottom` of an image, and their neighbours at all offsets."""

    def __init__(self, top: int, bottom: int, width: int, reach: int, offsets: Sequence[tuple[int, int]]) -> None:
        self.top = top
        self.bottom = bottom
        places = [(top + reach + down, reach + right) for down, right in offsets]
        size = bottom - top
        self._windows = [(slice(row, row + size), slice(column, column + width)) for row, column in places]

    def shifted(self, padded: FloatMap) -> Iterator[FloatMap]:
        """Per offset a view (..., rows, width) of a map that reaches over all of its edges."""
        for rows, columns in self._windows:
            yield padded[..., rows, columns]


def _weights(colours: FloatMap, neighbours: Sequence[FloatMap]) -> list[FloatMap]:
    """Per offset the weights (..., 1, h, w) of the neighbours of pixels (..., 3, h, w); all sum to 1.

    A softmax of -|difference| / (0.1 · deviation), averaged over the channels. The deviation is that of a pixel
    with its neighbours at each dilation, in which the pixel itself therefore counts several times.
    """
    n_values = len(neighbours) // 8 * 9
    total, squares = np.zeros_like(colours), np.zeros_like(colours)
    for neighbour in neighbours:
        difference = neighbour - colours
        total += difference
        difference *= difference
        squares += difference
    deviation = ((squares - total * total / n_values) / (n_values - 1)).clip(0) ** 0.5
    scale = -_SHARPNESS / colours.shape[-3] / (deviation + 1e-8)
    weights = []
    for neighbour in neighbours:
        difference = abs(neighbour - colours)
        difference *= scale
        # No difference is more than 73 tenths of its deviation (one of 53 values apart): no power is 0.
        weights.append(np.exp(difference.sum(-3)[..., None, :, :]))
    likeness = sum(weights[1:], start=weights[0])
    for weight in weights:
        weight /= likeness
    return weights


def _padded(maps: FloatMap, reach: int) -> FloatMap:
    """Maps (..., H, W) with `reach` more pixels on each side, which repeat those of the edge."""
    return np.pad(maps, [(0, 0)] * (maps.ndim - 2) + [(reach, reach)] * 2, mode="edge")
