"""How many pixels of an image each class covers, from the masks of a COCO instances file."""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from pydantic import NonNegativeFloat, PositiveInt

from shared_runtime.coco import CocoImage, CocoLabel, ImageId
from shared_runtime.coco_masks import encoded_mask

PixelCounts = Mapping[ImageId, Mapping[int, float]]
"""Image → class id → number of pixels."""


class AnnotatedImage(CocoImage):
    """An entry of the list `images`; sizes in pixels."""

    file_name: Any = None
    height: PositiveInt | None = None
    width: PositiveInt | None = None


class AnnotatedObject(CocoLabel):
    """An entry of the list `annotations`: one object, or a crowd of objects of one category."""

    area: NonNegativeFloat | None = None
    segmentation: Any = None
    """Polygons `[[x, y, x, y, …], …]` in pixels, or a run-length encoding `{"size": [H, W], "counts": …}`."""


class PixelSource(StrEnum):
    """What pixel counts were taken from."""

    MASKS = "masks"
    """The union of the masks of all objects of a class, as in a semantic mask."""
    AREAS = "areas"
    """The sum of `area` over the objects of a class; pixels where objects overlap count more than once."""


class PixelCounter(Protocol):
    """Gathers the pixels of classes, object by object."""

    source: PixelSource

    def add(self, image: AnnotatedImage, label: int, annotation: AnnotatedObject) -> None:
        """Takes in one object. Raises `ValueError` for an invalid mask."""
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

    def add(self, image: AnnotatedImage, label: int, annotation: AnnotatedObject) -> None:
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

    def add(self, image: AnnotatedImage, label: int, annotation: AnnotatedObject) -> None:
        if image.height is None or image.width is None:
            raise ValueError(f"image {image.id!r} has no height and width")
        size = self._sizes.setdefault(image.id, [image.height, image.width])
        encoded = encoded_mask(annotation.segmentation, image.height, image.width)
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
