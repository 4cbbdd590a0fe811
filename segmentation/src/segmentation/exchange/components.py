"""Connected regions of masks, by runs of equal values: no library beside NumPy."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from segmentation.data.masks import IndexMask


def connected_regions(mask: IndexMask, *, at_corners: bool = True) -> npt.NDArray[np.int32]:
    """The regions of a mask (H, W) by number, from 0 in the order of their first pixels; same shape.

    Pixels of equal value that touch are of one region, if `at_corners` also those that touch at a corner alone; so
    are those of the background.
    """
    height, width = mask.shape
    if not mask.size:
        return np.zeros(mask.shape, dtype=np.int32)
    starts_here = np.ones(mask.shape, dtype=bool)
    starts_here[:, 1:] = mask[:, 1:] != mask[:, :-1]
    starts = np.flatnonzero(starts_here)
    lengths = np.diff(starts, append=mask.size)
    values = mask.ravel()[starts]
    rows, first = np.divmod(starts, width)
    last = first + lengths - 1 + at_corners  # with the column beside it, where a corner is enough
    bounds = np.searchsorted(rows, np.arange(height + 1))
    parent = list(range(len(starts)))
    for (begin, middle), (_, end) in pairwise(pairwise(bounds.tolist())):
        _join(parent, values[begin:end], first[begin:end], last[begin:end], begin, middle - begin)
    roots = np.fromiter((_root(parent, run) for run in range(len(starts))), np.int64, len(starts))
    _, numbers = np.unique(roots, return_inverse=True)
    return np.repeat(numbers.astype(np.int32), lengths).reshape(mask.shape)


def _join(
    parent: list[int],
    values: IndexMask,
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    begin: int,
    n_above: int,
) -> None:
    """Join the runs of two rows, the upper `n_above` before the others, that have one value and touch."""
    upper, lower = slice(0, n_above), slice(n_above, None)
    begins = np.searchsorted(last[upper], first[lower])
    ends = np.searchsorted(first[upper], last[lower], side="right")
    for low, (left, right) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True), n_above):
        for high in range(left, right):
            if values[high] == values[low]:
                one, other = _root(parent, begin + high), _root(parent, begin + low)
                parent[max(one, other)] = min(one, other)


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run
