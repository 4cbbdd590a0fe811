"""Bilinear enlargement of low-resolution maps.

The grid is that of `align_corners=True`. A convolutional network of stride s sees cell i around pixel s·i, if the
side of its input is s·k + 1: k + 1 cells then reach from the first pixel to the last one, exactly. With
`align_corners=False` all maps would lie half a cell, 8 pixels at stride 16, to the lower right.
`input_size` rounds to such sides.
"""

import numpy as np

from segmentation.masks.maps import FloatMap


def input_size(side: float, stride: int) -> int:
    """The side nearest to `side` that is a multiple of the stride plus one, at least `stride + 1` pixels."""
    return stride * max(1, round((side - 1) / stride)) + 1


def upscale(maps: FloatMap, height: int, width: int) -> FloatMap:
    """Maps (..., h, w) bilinearly at (..., height, width), corner cells on corner pixels."""
    rows, columns = maps.shape[-2:]
    enlarged = _interpolation(height, rows) @ maps @ _interpolation(width, columns).T
    return enlarged.astype(np.float32, copy=False)


def _interpolation(size: int, cells: int) -> FloatMap:
    """(size, cells): row p holds the weights of the two cells around pixel p."""
    positions = np.linspace(0, cells - 1, size) if size > 1 else np.array([(cells - 1) / 2])
    left = np.minimum(positions.astype(np.intp), max(cells - 2, 0))
    weights: FloatMap = np.zeros((size, cells), dtype=np.float32)
    pixels = np.arange(size)
    weights[pixels, left] = 1 - (positions - left)
    if cells > 1:
        weights[pixels, left + 1] = positions - left
    return weights
