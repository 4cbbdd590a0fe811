"""The objects of masks: all of a class, or each connected part of it; found together, whatever their number."""

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from segmentation.data.masks import IndexMask
from segmentation.exchange.components import connected_regions
from segmentation.exchange.contract import values_in


class Objects(NamedTuple):
    """Objects by number, from 1: those of the lowest class first, and of a class in the order of first pixels."""

    numbers: npt.NDArray[np.int32]
    """(H, W): of which object each pixel is; 0 where the mask is background or 255."""
    class_ids: list[int]
    """Of each object."""


def objects(mask: IndexMask, *, components: bool, whole: Collection[int] = ()) -> Objects:
    """The objects of a mask (H, W); `whole`: classes of which all is one object, whatever `components` says."""
    values = values_in(mask)
    if not components:
        numbers_of = np.zeros(256, dtype=np.int32)
        numbers_of[values] = np.arange(1, len(values) + 1)
        return Objects(numbers_of[mask], values)
    regions = connected_regions(mask)
    for value in set(whole).intersection(values):
        regions[mask == value] = regions[mask == value].min()
    class_ids = np.zeros(int(regions.max(initial=-1)) + 1, dtype=np.uint8)
    class_ids[regions] = mask
    order = np.argsort(class_ids, kind="stable")
    order = order[np.isin(class_ids[order], values)]
    numbers_of = np.zeros(len(class_ids), dtype=np.int32)
    numbers_of[order] = np.arange(1, len(order) + 1)
    return Objects(numbers_of[regions], class_ids[order].tolist())


def run_lengths(found: Objects) -> Iterator[dict[str, Any]]:
    """COCO's compressed run lengths of each object.

    As those of `pycocotools.mask.encode`, which looks at the whole picture for each.
    """
    height, width = found.numbers.shape
    flat = found.numbers.ravel(order="F")
    starts = _run_starts(flat)
    order, bounds = _by_number(flat[starts], len(found.class_ids))
    ends = np.append(starts[1:], flat.size)
    for begin, end in pairwise(bounds.tolist()):
        runs = order[begin:end]
        # In turns what is outside of the object and what is in it.
        places = np.stack([starts[runs], ends[runs]], axis=1).ravel()
        counts = np.diff(places, prepend=0).tolist()
        if places[-1] < flat.size:
            counts.append(int(flat.size - places[-1]))
        encoded: dict[str, Any] = coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)
        yield encoded


def boxes(numbers: npt.NDArray[np.int32], n_objects: int) -> npt.NDArray[np.int64]:
    """Left, top, width and height (n, 4) in pixels of each of the objects that are numbered 1 to `n_objects`."""
    if not n_objects:
        return np.empty((0, 4), dtype=np.int64)
    width = numbers.shape[1]
    flat = numbers.ravel()
    starts = np.union1d(_run_starts(flat), np.arange(0, flat.size, width))
    order, bounds = _by_number(flat[starts], n_objects)
    rows, first = np.divmod(starts, width)
    last = first + np.diff(starts, append=flat.size)
    left, top = (np.minimum.reduceat(places[order], bounds[:-1]) for places in (first, rows))
    right, bottom = (np.maximum.reduceat(places[order], bounds[:-1]) for places in (last, rows + 1))
    return np.stack([left, top, right - left, bottom - top], axis=1)


def _run_starts(flat: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Where runs of one number begin."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, flat.size), dtype=bool), flat[1:] != flat[:-1]]))


def _by_number(
    numbers: npt.NDArray[np.int32], n_objects: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of the numbers 1 to `n_objects`, each of which occurs, and where those of each begin and end."""
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(1, n_objects + 2))
    first = int(bounds[0])
    return order[first:], bounds - first
