"""How many pixels of an image each class covers, from the masks of a COCO instances file."""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from caption_parser.evaluation.coco_file import Annotation, Image, ImageId

PixelCounts = Mapping[ImageId, Mapping[int, float]]
"""Image → class id → number of pixels."""


class PixelSource(StrEnum):
    """What pixel counts were taken from."""

    MASKS = "masks"
    """The union of the masks of all objects of a class, as in a semantic mask."""
    AREAS = "areas"
    """The sum of `area` over the objects of a class; pixels where objects overlap count more than once."""


class PixelCounter(Protocol):
    """Gathers the pixels of classes, object by object."""

    source: PixelSource

    def add(self, image: Image, label: int, annotation: Annotation) -> None:
        """Takes in one object. Raises `ValueError` for a mask that is none."""
        ...

    def pixels(self) -> PixelCounts:
        """The counts, of all images that have objects with a mask."""
        ...


def pixel_counter() -> PixelCounter:
    """A counter over masks where pycocotools is installed (the extra `capparse[masks]`), else over areas."""
    try:
        from pycocotools import mask
    except ImportError:
        return AreaSum()
    return MaskUnion(mask)


class AreaSum:
    """Sums the `area` of objects that have a mask."""

    source = PixelSource.AREAS

    def __init__(self) -> None:
        self._pixels: defaultdict[ImageId, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))

    def add(self, image: Image, label: int, annotation: Annotation) -> None:
        if annotation.area is None:
            raise ValueError("the field 'area' is missing")
        self._pixels[image.id][label] += annotation.area

    def pixels(self) -> PixelCounts:
        return self._pixels


class MaskUnion:
    """Unites masks as they come, run-length encoded, so that memory grows with (image, class) pairs alone."""

    source = PixelSource.MASKS

    def __init__(self, mask: Any) -> None:
        """`mask` is the module `pycocotools.mask`."""
        self._mask = mask
        self._sizes: dict[ImageId, list[int]] = {}
        self._unions: defaultdict[ImageId, dict[int, bytes]] = defaultdict(dict)

    def add(self, image: Image, label: int, annotation: Annotation) -> None:
        if image.height is None or image.width is None:
            raise ValueError(f"image {image.id!r} has no height and width")
        size = self._sizes.setdefault(image.id, [image.height, image.width])
        encoded = self._encoded(annotation.segmentation, size)
        unions = self._unions[image.id]
        if label in unions:
            encoded = self._mask.merge([{"size": size, "counts": unions[label]}, encoded])
        unions[label] = encoded["counts"]

    def pixels(self) -> PixelCounts:
        return {
            image_id: {
                label: int(self._mask.area({"size": self._sizes[image_id], "counts": counts}))
                for label, counts in unions.items()
            }
            for image_id, unions in self._unions.items()
        }

    def _encoded(self, segmentation: Any, size: list[int]) -> Any:
        """One run-length encoding `{"size", "counts": bytes}` of the whole object."""
        if isinstance(segmentation, dict):
            return self._run_lengths(segmentation, size)
        return self._mask.merge(self._mask.frPyObjects(_polygons(segmentation, size), *size))

    def _run_lengths(self, segmentation: dict[str, Any], size: list[int]) -> Any:
        if segmentation.get("size") != size:
            raise ValueError(f"the mask's size is {segmentation.get('size')}, the image's {size}")
        counts = segmentation.get("counts")
        runs = decode_counts(counts) if isinstance(counts, str) else counts
        if not isinstance(runs, list) or not {*map(type, runs)} <= {int}:
            raise ValueError("the mask's counts are neither text nor a list of whole numbers")
        # pycocotools would read past the end of its memory.
        if min(runs, default=0) < 0 or sum(runs) != size[0] * size[1]:
            raise ValueError(f"the mask's runs do not add up to the image's {size[0]} x {size[1]} pixels")
        return self._mask.frPyObjects({"size": size, "counts": runs}, *size)


def decode_counts(text: str) -> list[int]:
    """The run lengths of COCO's compressed encoding, which may be nonsense where the text is.

    Little-endian groups of five bits and a continuation bit, one character from "0" on each; the last group's
    top bit is the sign; from the fourth run on the difference to the run before the last is written.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        group = ord(character) - 48
        value |= (group & 31) << shift
        shift += 5
        if not group & 32:
            value -= (group & 16) >> 4 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value = shift = 0
    return runs


def _polygons(segmentation: Any, size: list[int]) -> list[list[float]]:
    """The polygons, checked: pycocotools takes one of four numbers for a box, and draws for hours far outside."""
    reach = 10 * max(size)
    if isinstance(segmentation, list) and all(_is_polygon(polygon, reach) for polygon in segmentation):
        return segmentation
    raise ValueError(
        "the segmentation is neither a run-length encoding nor polygons of three points or more "
        f"near an image of {size[0]} x {size[1]} pixels"
    )


def _is_polygon(polygon: Any, reach: int) -> bool:
    """Whether it is a list x, y, x, y, … of at least three points, none beyond `reach`."""
    return (
        isinstance(polygon, list)
        and len(polygon) >= 6
        and len(polygon) % 2 == 0
        and {*map(type, polygon)} <= {int, float}
        and -reach <= min(polygon)
        and max(polygon) <= reach
    )
