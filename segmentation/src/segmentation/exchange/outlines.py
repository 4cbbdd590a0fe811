"""Outlines of regions as polygons on the corners of pixels: exact, holes included.

A region of pixels is a union of unit squares. Its outlines turn only where the four pixels around a corner hold
one or three of the region, or two that lie diagonally, where two outlines touch. In a row of corners the turns
come in pairs that a horizontal edge joins, in a column in pairs that a vertical one joins.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from segmentation.exchange.components import connected_regions

Polygon = npt.NDArray[np.int64]
"""Corners (N, 2), x and y in pixels from the upper left corner of the image; the last is joined to the first."""


class _Turns(NamedTuple):
    """Turns of outlines, row by row; those that touch at one corner stand there twice, the left one first."""

    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    is_left_below: npt.NDArray[np.bool_]
    """Of two that touch: whether the left one goes on downwards."""


def outlines(region: npt.NDArray[np.bool_]) -> tuple[list[Polygon], list[Polygon]]:
    """Outer outlines and holes of a region (H, W). Pixels that touch at a corner alone are of two outlines."""
    turns = _turns(region)
    horizontal = np.arange(len(turns.x)) ^ 1
    # By columns; of two that touch at a corner, first the one that goes on upwards.
    order = np.lexsort((turns.is_left_below, turns.y, turns.x))
    vertical = np.empty(len(order), dtype=np.int64)
    vertical[order[0::2]], vertical[order[1::2]] = order[1::2], order[0::2]
    padded = np.pad(region, ((0, 1), (0, 1)))
    outer: list[Polygon] = []
    holes: list[Polygon] = []
    seen = np.zeros(len(order), dtype=bool).tolist()
    across, along = horizontal.tolist(), vertical.tolist()
    for start in range(len(order)):
        if seen[start]:
            continue
        ring, turn = [], start
        while not seen[turn]:
            other = across[turn]
            ring += [turn, other]
            seen[turn] = seen[other] = True
            turn = along[other]
        corners = np.stack([turns.x[ring], turns.y[ring]], axis=1)
        # The first turn in the order of rows is an upper left corner: of the region, or of a hole in it.
        is_outer = padded[turns.y[start], turns.x[start]]
        (outer if is_outer else holes).append(corners)
    return outer, holes


def joined(region: npt.NDArray[np.bool_]) -> list[Polygon]:
    """The outlines of a region as polygons without holes: a cut without width joins each hole to its outline.

    Filled by the even-odd or the non-zero rule, they cover the pixels of the region and no others.
    """
    outer, holes = outlines(region)
    if holes:
        # Whose hole it is, says the pixel to the left of its first corner.
        parts = connected_regions(region.view(np.uint8), at_corners=False)
        numbers = {int(parts[y, x]): number for number, (x, y) in enumerate(corners[0] for corners in outer)}
        for hole in holes:
            x, y = hole[0]
            number = numbers[int(parts[y, x - 1])]
            outer[number] = _cut_to(outer[number], hole)
    return outer


def _turns(region: npt.NDArray[np.bool_]) -> _Turns:
    padded = np.pad(region, 1)
    upper_left, upper_right = padded[:-1, :-1], padded[:-1, 1:]
    lower_left, lower_right = padded[1:, :-1], padded[1:, 1:]
    odd = upper_left ^ upper_right ^ lower_left ^ lower_right
    touching = (upper_left == lower_right) & (upper_right == lower_left) & (upper_left != upper_right)
    times = odd.astype(np.int64) + 2 * touching
    y, x = np.nonzero(times)
    repeats = times[y, x]
    double = np.repeat(touching[y, x], repeats)
    falling = np.repeat(upper_left[y, x], repeats)
    first = np.zeros(len(double), dtype=bool)
    first[np.cumsum(repeats) - repeats] = True
    # Upper left and lower right: the left edge belongs to the pixel above it, so that its outline goes on upwards.
    is_below = double & (first != falling)
    return _Turns(np.repeat(x, repeats), np.repeat(y, repeats), is_below)


def _cut_to(corners: Polygon, hole: Polygon) -> Polygon:
    """An outline that also goes around a hole, from the corner that lies nearest to the first one of the hole."""
    at = int(np.abs(corners - hole[0]).sum(axis=1).argmin())
    # The other way round than the outline, so that the non-zero rule, too, finds nothing in it.
    around = hole[[0, *range(len(hole) - 1, 0, -1)]]
    before, after = corners[: at + 1], corners[at:]
    return np.concatenate([before, around, around[:1], after])
