"""Semantic masks from a COCO instances file: contiguous ids, smaller objects on top."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pycocotools import mask as coco_mask
from pydantic import PositiveInt

from segmentation.data.masks import IGNORE_INDEX, IndexMask
from segmentation.data.names import image_key
from segmentation.data.truth.contract import MaskTruth
from shared_runtime.coco import CocoImage, CocoLabel, ImageId, category_classes, images_by_id, stream_list
from shared_runtime.coco_masks import covered_stretch, encoded_mask
from shared_runtime.errors import InputError
from shared_runtime.wording import counted
from shared_schemas import LabelSpace


class SizedImage(CocoImage):
    """An entry of the list `images`."""

    file_name: str
    height: PositiveInt
    width: PositiveInt


class CocoObject(CocoLabel):
    """An entry of the list `annotations`."""

    segmentation: Any = None
    """Polygons `[[x, y, x, y, …], …]` in pixels, or a run-length encoding."""


class Crowd(StrEnum):
    """What becomes of regions that hold many objects drawn as one (`iscrowd` 1)."""

    CLASS = "class"
    """They belong to their class."""
    IGNORE = "ignore"
    """They are not scored (255), but where single objects lie on them."""
    DROP = "drop"
    """They are background."""


@dataclass(frozen=True, slots=True)
class CocoRules:
    """Choices that publications leave unsaid and that change scores."""

    crowd: Crowd = Crowd.CLASS
    images_without_objects: bool = True
    """Whether images of the file in which nothing is annotated count, as all background."""
    strict: bool = False
    """Whether an annotation without a usable mask refuses the file, in place of being skipped and counted."""


class _Region(NamedTuple):
    class_id: int
    is_crowd: bool
    area: int
    counts: bytes


class _Scene(NamedTuple):
    height: int
    width: int
    regions: Sequence[_Region]


class CocoTruth(MaskTruth[_Scene]):
    """Every image of the file; what it holds of objects is kept run-length encoded."""

    def __init__(self, path: Path, label_space: LabelSpace, rules: CocoRules | None = None) -> None:
        """Raises `InputError`, which names the entry, for a file that is no instances file with masks.

        An annotation whose mask is none costs itself: `rules` counts those, `flaws` says what they are.
        """
        self._rules = rules or CocoRules()
        self.flaws: list[str] = []
        images = images_by_id(path, SizedImage)
        regions = self._read_regions(path, images, label_space)
        scenes: dict[str, _Scene] = {}
        for image in images.values():
            if regions[image.id] or self._rules.images_without_objects:
                key = image_key(image.file_name)
                if key in scenes:
                    raise InputError(f"{path}: got two images whose files are named {key!r}, expected one")
                scenes[key] = _Scene(image.height, image.width, regions[image.id])
        if not scenes:
            raise InputError(f"{path}: got no image with an object, and images without objects are left out")
        super().__init__(path, label_space, scenes)

    @property
    def rules(self) -> str:
        empty = "scored" if self._rules.images_without_objects else "left out"
        skipped = f", {counted(len(self.flaws), 'annotation')} without a usable mask skipped" if self.flaws else ""
        crowd = self._rules.crowd
        return f"smaller objects on top, crowd regions: {crowd}, images without objects: {empty}{skipped}"

    def mask(self, key: str) -> IndexMask:
        height, width, regions = self._entries[key]
        columns = np.zeros(height * width, dtype=np.uint8)
        for region in self._bottom_to_top(regions):
            is_ignored = region.is_crowd and self._rules.crowd is Crowd.IGNORE
            first, covered = covered_stretch(region.counts)
            columns[first : first + len(covered)][covered] = IGNORE_INDEX if is_ignored else region.class_id
        return np.ascontiguousarray(columns.reshape(width, height).T)

    def _bottom_to_top(self, regions: Sequence[_Region]) -> list[_Region]:
        """Larger before smaller; regions to ignore below all, so that they hide no object."""
        rule = self._rules.crowd
        kept = [region for region in regions if not (region.is_crowd and rule is Crowd.DROP)]
        return sorted(kept, key=lambda region: (not (region.is_crowd and rule is Crowd.IGNORE), -region.area))

    def _read_regions(
        self, path: Path, images: dict[ImageId, SizedImage], label_space: LabelSpace
    ) -> defaultdict[ImageId, list[_Region]]:
        classes = category_classes(path, label_space)
        regions: defaultdict[ImageId, list[_Region]] = defaultdict(list)
        for place, found in stream_list(path, "annotations", CocoObject, may_be_empty=True):
            class_id = classes.of(found, images, place)
            image = images[found.image_id]
            try:
                encoded = encoded_mask(found.segmentation, image.height, image.width)
            except ValueError as error:
                self.flaws.append(f"{place}: segmentation: {error}")
                if self._rules.strict:
                    raise InputError(self.flaws[0]) from None
                continue
            area = int(coco_mask.area(encoded))
            regions[found.image_id].append(_Region(class_id, found.iscrowd == 1, area, encoded["counts"]))
        if self.flaws and not regions:
            raise InputError(f"{self.flaws[0]}; not one annotation has a usable mask")
        return regions
