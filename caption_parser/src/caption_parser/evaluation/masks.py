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
        self._unions: dict[tuple[ImageId, int], Any] = {}

    def add(self, image: Image, label: int, annotation: Annotation) -> None:
        encoded = self._encoded(image, annotation.segmentation)
        key = (image.id, label)
        if key in self._unions:
            encoded = self._mask.merge([self._unions[key], encoded])
        self._unions[key] = encoded

    def pixels(self) -> PixelCounts:
        counts: defaultdict[ImageId, dict[int, float]] = defaultdict(dict)
        for (image_id, label), encoded in self._unions.items():
            counts[image_id][label] = int(self._mask.area(encoded))
        return counts

    def _encoded(self, image: Image, segmentation: Any) -> Any:
        """One run-length encoding `{"size", "counts": bytes}` of the whole object."""
        if image.height is None or image.width is None:
            raise ValueError(f"image {image.id!r} has no height and width")
        size = [image.height, image.width]
        if isinstance(segmentation, dict):
            return self._run_lengths(segmentation, size)
        return self._mask.merge(self._mask.frPyObjects(_polygons(segmentation), *size))

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


def _polygons(segmentation: Any) -> list[list[float]]:
    """The polygons, checked: pycocotools would take one of four numbers for a box."""
    if isinstance(segmentation, list) and all(_is_polygon(polygon) for polygon in segmentation):
        return segmentation
    raise ValueError("the segmentation is neither a run-length encoding nor polygons of three points or more")


def _is_polygon(polygon: Any) -> bool:
    """Whether it is a list x, y, x, y, … of at least three points."""
    return (
        isinstance(polygon, list)
        and len(polygon) >= 6
        and len(polygon) % 2 == 0
        and {*map(type, polygon)} <= {int, float}
    )
