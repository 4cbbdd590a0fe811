"""Connected regions of masks, by runs of equal values: no library beside NumPy."""

import numpy as np
import numpy.typing as npt

from segmentation.data.masks import IndexMask


def connected_regions(mask: IndexMask, *, at_corners: bool = True) -> npt.NDArray[np.int32]:
    """The regions of a mask (H, W) by number, from 0 in the order of their first pixels; same shape.

    Pixels of equal value that touch are of one region, if `at_corners` also those that touch at a corner alone; so
    are those of the background.
    """
    width = mask.shape[1]
    if not mask.size:
        return np.zeros(mask.shape, dtype=np.int32)
    starts_here = np.ones(mask.shape, dtype=bool)
    starts_here[:, 1:] = mask[:, 1:] != mask[:, :-1]
    starts = np.flatnonzero(starts_here)
    lengths = np.diff(starts, append=mask.size)
    values = mask.ravel()[starts]
    rows, first = np.divmod(starts, width)
    last = first + lengths - 1 + at_corners  # with the column beside it, where a corner is enough
    # Places in one order over all rows, apart enough for a column beside the last one.
    above = (rows - 1) * (width + 2)
    begins = np.searchsorted(above + (width + 2) + last, above + first)
    ends = np.searchsorted(above + (width + 2) + first, above + last, side="right")
    n_touching = ends - begins
    lower = np.repeat(np.arange(len(starts)), n_touching)
    upper = np.arange(len(lower)) + np.repeat(begins - (np.cumsum(n_touching) - n_touching), n_touching)
    alike = values[lower] == values[upper]
    roots = _roots(len(starts), upper[alike], lower[alike])
    numbers = np.cumsum(roots == np.arange(len(roots)), dtype=np.int32) - 1
    return np.repeat(numbers[roots], lengths).reshape(mask.shape)


def _roots(n_runs: int, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first of the runs that each hangs together with, where `one[i]` and `other[i]` touch.

    In each round, roots go below their smaller neighbours: of those that have any, at most half are left.
    """
    parent = np.arange(n_runs)
    while len(one):
        left, right = parent[one], parent[other]
        apart = left != right
        one, other = one[apart], other[apart]
        np.minimum.at(parent, np.maximum(left, right)[apart], np.minimum(left, right)[apart])
        while not np.array_equal(parent, grandparent := parent[parent]):
            parent = grandparent
    return parent
