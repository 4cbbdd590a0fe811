"""The contract: an expression, the image that it speaks of, and the region that it refers to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from segmentation.data.names import image_key
from shared_runtime.coco import ImageId
from shared_runtime.coco_masks import covered_stretch, encoded_mask
from shared_schemas.errors import shown

BoolMask = npt.NDArray[np.bool_]
"""Shape (H, W)."""


@dataclass(frozen=True, slots=True)
class Region:
    """Pixels of an image, run-length encoded."""

    height: int
    width: int
    counts: bytes
    """COCO's compressed text, down the columns."""

    @classmethod
    def of_mask(cls, segmentation: Any, height: int, width: int) -> Self:
        """What polygons or run lengths cover, as COCO's files have them. Raises `ValueError` for what is none."""
        return cls(height, width, encoded_mask(segmentation, height, width)["counts"])

    @classmethod
    def of_box(cls, box: Any, height: int, width: int) -> Self:
        """The pixels whose centres lie in a box `[left, top, width, height]`, in pixels.

        Raises `ValueError` for what is none.
        """
        left, top, right, bottom = _corners(box)
        covered = np.zeros((height, width), dtype=np.uint8, order="F")
        covered[_stretch(top, bottom, height), _stretch(left, right, width)] = 1
        return cls(height, width, coco_mask.encode(covered)["counts"])

    @classmethod
    def union(cls, regions: Sequence[Self]) -> Self:
        """What any of several regions of one image covers. Raises `ValueError` where that is nothing."""
        merged = coco_mask.merge(
            [{"size": [region.height, region.width], "counts": region.counts} for region in regions]
        )
        if not regions or not coco_mask.area(merged):
            raise ValueError("got a region that covers no pixel of the image")
        height, width = merged["size"]
        return cls(height, width, merged["counts"])

    def mask(self) -> BoolMask:
        """The region, shape (H, W)."""
        columns = np.zeros(self.height * self.width, dtype=np.bool_)
        first, covered = covered_stretch(self.counts)
        columns[first : first + len(covered)] = covered
        return np.ascontiguousarray(columns.reshape(self.width, self.height).T)


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that refers to a region of an image."""

    image_id: ImageId
    file_name: str | None
    """As the data set has it; None: it names the image by its id alone."""
    text: str
    region: Region
    """The union of the masks, or the boxes, of all that is referred to: a pixel at least."""
    split: str = ""
    """The part of the data set; empty: it has none."""
    kind: str = ""
    """The data set, or how the expression was made."""
    group: str = ""
    """The class of what is referred to; empty: it is not known."""

    @property
    def key(self) -> str:
        """By which files that belong to the image are named."""
        return str(self.image_id) if self.file_name is None else image_key(self.file_name)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """An entry that is damaged."""

    place: str
    """File and entry."""
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(slots=True)
class ExpressionSet:
    """What a reader made of a file."""

    path: Path
    expressions: list[Expression] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    without_region: int = 0
    """Entries that refer to nothing, or to what has no mask: no fault, but nothing to score."""
    regions: str = "masks"
    """What regions are: masks, or boxes."""
    split: str | None = None
    """The part that was read; None: all of it."""

    def by_image(self) -> Iterator[list[Expression]]:
        """The expressions of one image after the other, by their first appearance."""
        images: defaultdict[ImageId, list[Expression]] = defaultdict(list)
        for expression in self.expressions:
            images[expression.image_id].append(expression)
        yield from images.values()

    def reject(self, place: str, reason: object) -> None:
        """Note a damaged entry."""
        self.rejected.append(RejectedRow(place, str(reason)))


def cleaned_text(value: object) -> str:
    """A text with single spaces. Raises `ValueError` for what is none, or empty."""
    if not isinstance(value, str) or not value.split():
        message = f"got the text {shown(value)}, expected words"
        raise ValueError(message)
    return " ".join(value.split())


def _corners(box: Any) -> tuple[float, float, float, float]:
    if not (isinstance(box, list | tuple) and len(box) == 4 and {*map(type, box)} <= {int, float}):
        raise ValueError(f"got a box {shown(box)}, expected left, top, width and height in pixels")
    left, top, width, height = map(float, box)
    if not np.isfinite([left, top, width, height]).all() or width <= 0 or height <= 0:
        raise ValueError(f"got a box {shown(box)}, expected a width and a height above 0")
    return left, top, left + width, top + height


def _stretch(first: float, last: float, size: int) -> slice:
    """The pixels whose centres lie in [first, last)."""
    return slice(*(int(np.clip(np.ceil(edge - 0.5), 0, size)) for edge in (first, last)))
