"""Masks of COCO files, polygons and run lengths, checked before pycocotools sees them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from shared_schemas.errors import shown

_FIRST_CHARACTER = 48
_BITS = 5
_MORE = 32
_SIGN = 16
_MOST_GROUPS = 7
"""Groups of a number below 2^32 with its sign."""
_REACH = 10
"""Polygons may leave the image by so many times its longer side; pycocotools draws for hours far outside."""


def encoded_mask(segmentation: Any, height: int, width: int) -> Any:
    """The run-length encoding `{"size": [H, W], "counts": bytes}` of an object, by pycocotools.

    `segmentation`: polygons `[[x, y, x, y, …], …]` in pixels, or a run-length encoding with counts as text or as a
    list. Raises `ValueError` for what is neither.
    """
    from pycocotools import mask

    if isinstance(segmentation, dict):
        runs = checked_runs(segmentation, height, width)
        return mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return mask.merge(
        mask.frPyObjects(_checked_polygons(segmentation, _REACH * max(height, width)), height, width)
    )


def _checked_polygons(polygons: Any, reach: int) -> list[list[float]]:
    """`polygons`, if they are: pycocotools would take one of four numbers for a box."""
    if not isinstance(polygons, list):
        message = f"got {shown(polygons)}, expected polygons or a run-length encoding"
        raise ValueError(message)  # noqa: TRY004  a value of a file, like all that is wrong here
    if not polygons:
        raise ValueError("got no polygon, expected a mask; is this a file of boxes?")
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
            raise ValueError(f"got a polygon {shown(polygon)}, expected x, y of three points or more")
        if not {*map(type, polygon)} <= {int, float} or not -reach <= min(polygon) <= max(polygon) <= reach:
            raise ValueError(f"got a polygon with coordinates beyond {reach}, or that are no numbers")
    return polygons


def checked_runs(encoding: dict[str, Any], height: int, width: int) -> list[int]:
    """The run lengths of `{"size": [H, W], "counts": text or list}`, down the columns, background first.

    Raises `ValueError` where they do not add up to the image: decoders read beyond their memory, or leave it as
    it was.
    """
    size = encoding.get("size")
    if size != [height, width]:
        turned = size == [width, height]
        hint = ". One is the other turned: was it drawn on an image turned as its EXIF orientation says?" * turned
        raise ValueError(f"got a mask of size {shown(size)}, expected the image's [{height}, {width}]{hint}")
    counts = encoding.get("counts")
    if isinstance(counts, str):
        counts = decompressed(counts.encode()).tolist()
    if not isinstance(counts, list) or not {*map(type, counts)} <= {int}:
        raise ValueError("got a mask whose counts are neither text nor whole numbers")
    if min(counts, default=0) < 0 or sum(counts) != height * width:
        raise ValueError(f"got a mask whose runs do not add up to the {height} x {width} pixels of the image")
    return counts


def covered_stretch(text: bytes) -> tuple[int, npt.NDArray[np.bool_]]:
    """Where an object is, from a valid encoding: its first pixel, and which pixels from there to its last it has.

    Pixels are numbered down the columns. Small objects cost little, whatever the size of their image.
    """
    runs = decompressed(text)
    runs = runs[: len(runs) // 2 * 2]
    is_object = np.arange(1, len(runs)) % 2 == 1
    return int(runs[0]) if len(runs) else 0, np.repeat(is_object, runs[1:])


def decompressed(text: bytes) -> npt.NDArray[np.int64]:
    """The numbers in COCO's compressed text.

    Each is written as groups of five bits, the lowest first, one character per group; bit 6 says that another
    follows, the highest bit of the last is the sign. From the fourth number on, what is written is the difference
    to the number two places before.
    """
    groups = np.frombuffer(text, dtype=np.uint8).astype(np.int64) - _FIRST_CHARACTER
    if not groups.size or groups.min() < 0 or groups.max() >= 2 * _MORE or groups[-1] & _MORE:
        raise ValueError("got a mask whose counts are no run-length encoding")
    ends = np.flatnonzero((groups & _MORE) == 0) + 1
    starts = np.concatenate([[0], ends[:-1]])
    lengths = ends - starts
    if lengths.max() > _MOST_GROUPS:
        raise ValueError("got a mask whose counts are no run-length encoding")
    shifts = _BITS * (np.arange(groups.size) - np.repeat(starts, lengths))
    numbers = np.add.reduceat((groups & (_MORE - 1)) << shifts, starts)
    numbers -= np.where(groups[ends - 1] & _SIGN, 1 << (_BITS * lengths), 0)
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers
