"""Bilinear interpolation of low-resolution maps, whose cells need not begin at the image's corners.

A convolutional network of stride s sees cell i around pixel s·i, if the side of its input is s·k + 1: k + 1 cells
then reach from the first pixel to the last one, exactly (`align_corners=True`). Patches of s pixels are centred
(s - 1) / 2 pixels further in (`align_corners=False`). Taking one for the other would shift all maps by half a
cell, 8 pixels at stride 16. `margin` tells them apart: from the first pixel to the centre of the first cell, and
from that of the last cell to the last pixel, in cells. `input_size` rounds to sides that make both margins alike.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from segmentation.scores.contract import FloatMap


def input_size(side: float, stride: int, first_cell: float = 0.0) -> int:
    """The side nearest to `side` whose first and last pixel lie `first_cell` pixels outside of cells' centres.

    At stride s these are s·k + 1 for `first_cell` 0 (k at least 1), and s·k for patches, (s - 1) / 2.
    """
    outside = 2 * first_cell + 1
    return round(stride * max(1, round((side - outside) / stride)) + outside)


def upscale(maps: FloatMap, height: int, width: int, margin: float = 0.0) -> FloatMap:
    """Maps (..., h, w) at (..., height, width) pixels."""
    return _interpolated(maps, _pixels(height), _pixels(width), margin)


def upscale_tiles(
    maps: FloatMap, height: int, width: int, margin: float = 0.0, side: int = 512
) -> Iterator[tuple[slice, slice, FloatMap]]:
    """As `upscale`, in tiles of `side` pixels at most: their rows, their columns, and the maps there."""
    vertical, horizontal = _pixels(height), _pixels(width)
    for top in range(0, height, side):
        rows = slice(top, min(top + side, height))
        upright = cell_weights(vertical[rows], maps.shape[-2], margin)
        near_rows = _used(upright)
        for left in range(0, width, side):
            columns = slice(left, min(left + side, width))
            across = cell_weights(horizontal[columns], maps.shape[-1], margin)
            near_columns = _used(across)
            near = maps[..., near_rows, near_columns]
            found = upright[:, near_rows] @ near @ across[:, near_columns].T
            yield rows, columns, found.astype(np.float32, copy=False)


def regrid(maps: FloatMap, rows: int, columns: int, margin: float = 0.0) -> FloatMap:
    """Maps (..., h, w) of the same image on another number of cells, (..., rows, columns), of the same margin."""
    return _interpolated(maps, _cells(rows, margin), _cells(columns, margin), margin)


Positions = NDArray[np.float64]
"""Places along a side of the image: 0 is the first pixel, 1 the last one."""


def _pixels(size: int) -> Positions:
    return np.linspace(0, 1, size) if size > 1 else np.array([0.5])


def _cells(cells: int, margin: float) -> Positions:
    length = cells - 1 + 2 * margin
    return (np.arange(cells, dtype=np.float64) + margin) / length if length else np.array([0.5])


def _interpolated(maps: FloatMap, vertical: Positions, horizontal: Positions, margin: float) -> FloatMap:
    rows, columns = maps.shape[-2:]
    found = cell_weights(vertical, rows, margin) @ maps @ cell_weights(horizontal, columns, margin).T
    return found.astype(np.float32, copy=False)


def _used(weights: FloatMap) -> slice:
    """The cells that any position of `cell_weights` reads."""
    cells = np.flatnonzero(weights.any(axis=0))
    return slice(int(cells[0]), int(cells[-1]) + 1)


def nearest_cells(size: int, cells: int, stride: float, first_cell: float = 0.0) -> NDArray[np.intp]:
    """For each of `size` pixels the number of the cell whose centre is nearest; the later one of two alike.

    Cell i is centred on pixel `first_cell` + `stride` · i. So a patch has its own pixels, and any other cell those
    of half a stride around its centre.
    """
    nearest = np.floor((np.arange(size) - first_cell) / stride + 0.5).clip(0, cells - 1)
    numbers: NDArray[np.intp] = nearest.astype(np.intp)
    return numbers


def cell_weights(positions: Positions, cells: int, margin: float) -> FloatMap:
    """(positions, cells): row p holds the weights of the two cells around position p, or of the outermost one."""
    between = (positions * (cells - 1 + 2 * margin) - margin).clip(0, cells - 1)
    left = np.minimum(between.astype(np.intp), max(cells - 2, 0))
    weights: FloatMap = np.zeros((len(positions), cells), dtype=np.float32)
    places = np.arange(len(positions))
    weights[places, left] = 1 - (between - left)
    if cells > 1:
        weights[places, left + 1] = between - left
    return weights
