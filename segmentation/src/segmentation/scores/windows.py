"""Windows over images that are larger than a network should see at once: pure functions on arrays."""

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.scores.contract import FloatMap

_MOST_ENLARGED = 16
"""Longest side of an enlarged image, in shorter sides of the network's input: a line of pixels stays one."""


def input_scale(height: int, width: int, shorter: int) -> float:
    """The factor by which an image is resized so that its shorter side has `shorter` pixels."""
    scale = shorter / min(height, width)
    return min(scale, max(1.0, _MOST_ENLARGED * shorter / max(height, width)))


def spans(cells: int, most: int) -> list[slice]:
    """Windows of `most` cells along a side of `cells`, each a quarter over the last; a short side is one."""
    if cells <= most:
        return [slice(0, cells)]
    starts = [*range(0, cells - most, max(1, most - most // 4)), cells - most]
    return [slice(start, start + most) for start in starts]


def windows(rows: int, columns: int, most: int) -> Iterator[tuple[slice, slice]]:
    """Windows over a grid of cells, row by row."""
    for down in spans(rows, most):
        for across in spans(columns, most):
            yield down, across


def tent(rows: int, columns: int) -> FloatMap:
    """Weights (rows, columns) of a window's cells, in (0, 1]: high in the middle, where it sees most around."""
    upright, across = (np.minimum(np.arange(n) + 1, n - np.arange(n)) / math.ceil(n / 2) for n in (rows, columns))
    weights: FloatMap = np.outer(upright, across).astype(np.float32)
    return weights


def resized_part(image: RgbImage, size: tuple[int, int], rows: slice, columns: slice) -> RgbImage:
    """A part of an image (H, W, 3) that is resized to `size`, height and width: bilinear, with antialiasing.

    Only what lies around it in the image is read, so that no large image stands in memory a second time.
    """
    taken, box = [], []
    for length, wanted, part in zip(image.shape[:2], size, (rows, columns), strict=True):
        scale = length / wanted
        # A pixel is a mean over its neighbours as far as the image shrinks, and over one more.
        reach = math.ceil(max(scale, 1.0)) + 1
        start = max(0, math.floor(part.start * scale) - reach)
        stop = min(length, math.ceil(part.stop * scale) + reach)
        taken.append(slice(start, stop))
        box.append((part.start * scale - start, min(part.stop * scale, length) - start))
    (top, bottom), (left, right) = box
    around = Image.fromarray(np.ascontiguousarray(image[taken[0], taken[1]]))
    shape = (columns.stop - columns.start, rows.stop - rows.start)
    return np.array(around.resize(shape, Image.Resampling.BILINEAR, (left, top, right, bottom)))
