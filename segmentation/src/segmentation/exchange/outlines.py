"""Outlines of regions as polygons on the corners of pixels: exact, holes included.

A region of pixels is a union of unit squares. Its outlines turn only where the four pixels around a corner hold
one or three of the region, or two that lie diagonally, where two outlines touch. In a row of corners the turns
come in pairs that a horizontal edge joins, in a column in pairs that a vertical one joins.
"""

from itertools import pairwise
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
    # By columns; of two that touch at a corner, first the one that goes on upwards.
    order = np.argsort((turns.x * (len(region) + 1) + turns.y) * 2 + turns.is_left_below)
    vertical = np.empty(len(order), dtype=np.int64)
    vertical[order[0::2]], vertical[order[1::2]] = order[1::2], order[0::2]
    # Along a row to the other turn of its pair, then along a column.
    following = vertical[np.arange(len(order)) ^ 1].tolist()
    entered: list[int] = []
    ends = [0]
    seen = [False] * (len(order) // 2)
    for pair in range(len(seen)):
        if seen[pair]:
            continue
        turn = first = 2 * pair
        while True:
            entered.append(turn)
            seen[turn >> 1] = True
            turn = following[turn]
            if turn == first:
                break
        ends.append(2 * len(entered))
    path = np.repeat(np.array(entered, dtype=np.int64), 2)
    path[1::2] ^= 1
    corners = np.stack([turns.x[path], turns.y[path]], axis=1)
    outer: list[Polygon] = []
    holes: list[Polygon] = []
    # The first turn in the order of rows is an upper left corner: of the region, or of a hole in it.
    padded = np.pad(region, ((0, 1), (0, 1)))
    x, y = corners[ends[:-1]].T
    for (begin, end), is_outer in zip(pairwise(ends), padded[y, x].tolist(), strict=True):
        (outer if is_outer else holes).append(corners[begin:end])
    return outer, holes


def joined(region: npt.NDArray[np.bool_]) -> list[Polygon]:
    """The outlines of a region as polygons without holes: a cut without width joins each hole to its outline.

    Filled by the even-odd or the non-zero rule, they cover the pixels of the region and no others.
    """
    rows = np.flatnonzero(region.any(axis=1))
    if not len(rows):
        return []
    region = region[rows[0] : rows[-1] + 1]
    columns = np.flatnonzero(region.any(axis=0))
    region = np.ascontiguousarray(region[:, columns[0] : columns[-1] + 1])
    outer, holes = outlines(region)
    if holes:
        # Whose hole it is, says the pixel to the left of its first corner.
        parts = connected_regions(region.view(np.uint8), at_corners=False)
        x, y = np.array([corners[0] for corners in outer]).T
        numbers = dict(zip(parts[y, x].tolist(), range(len(outer)), strict=True))
        x, y = np.array([corners[0] for corners in holes]).T
        for hole, part in zip(holes, parts[y, x - 1].tolist(), strict=True):
            number = numbers[part]
            outer[number] = _cut_to(outer[number], hole)
    offset = np.array([columns[0], rows[0]])
    return [corners + offset for corners in outer]


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
    x, y = hole[0].tolist()
    at = int((np.abs(corners[:, 0] - x) + np.abs(corners[:, 1] - y)).argmin())
    # The other way round than the outline, so that the non-zero rule, too, finds nothing in it.
    return np.concatenate([corners[: at + 1], hole[:1], hole[::-1], corners[at:]])
