"""COCO: instances as run lengths, and panoptic pictures (Lin et al. 2014; Kirillov et al. 2019)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from segmentation.data.masks import IndexMask
from segmentation.data.truth.contract import BACKGROUND_NAME
from segmentation.exchange.contract import (
    Converted,
    Lists,
    MaskItem,
    MaskLayout,
    Pieces,
    coloured_png,
    json_line,
    json_list,
)
from segmentation.exchange.objects import boxes, objects, run_lengths

_IMAGES, _ANNOTATIONS = "images", "annotations"


class CocoInstances(MaskLayout):
    """One JSON file, as `instances_*.json`. What is 255 is in no object."""

    name = "coco"
    suffix = ".json"
    options = frozenset({"components"})

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._numbered = 0

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        annotations = []
        found = objects(mask, components=self.given.components, whole=self.classes.stuff)
        for value, encoded in zip(found.class_ids, run_lengths(found), strict=True):
            annotations.append(
                {
                    "id": 0,
                    "image_id": item.image_id,
                    "category_id": self.classes.category_ids[value],
                    "iscrowd": 0,
                    "area": int(coco_mask.area(encoded)),
                    "bbox": coco_mask.toBbox(encoded).tolist(),
                    "segmentation": {"size": encoded["size"], "counts": encoded["counts"].decode("ascii")},
                }
            )
        return Converted(entries={_IMAGES: [image_entry(item, mask)], _ANNOTATIONS: annotations})

    def number(self, entries: Mapping[str, Sequence[Any]]) -> None:
        for annotation in entries[_ANNOTATIONS]:
            self._numbered += 1
            annotation["id"] = self._numbered

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        return {"": dataset(lists, self.classes.categories)}


class CocoPanoptic(MaskLayout):
    """A PNG of segment ids per image (id = R + 256 G + 256² B) and a JSON file; 255 is 0, "void"."""

    name = "panoptic"
    options = frozenset({"components", "subset"})

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        found = objects(mask, components=self.given.components, whole=self.classes.stuff)
        # Segments are numbered from 1: the background, if there is any, and then the objects.
        background = mask == 0
        with_background = int(background.any())
        ids = np.where(found.numbers > 0, found.numbers + with_background, background)
        categories = [self.classes.category_ids[value] for value in found.class_ids]
        categories = [self._background_category] * with_background + categories
        areas = np.bincount(ids.ravel(), minlength=1)[1:].tolist()
        segments = [
            {"id": number, "category_id": category, "iscrowd": 0, "area": area, "bbox": box}
            for number, (category, area, box) in enumerate(
                zip(categories, areas, boxes(ids, len(categories)).tolist(), strict=True), 1
            )
        ]
        colours = np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=-1).astype(np.uint8)
        entry = {"image_id": item.image_id, "file_name": f"{item.key}.png", "segments_info": segments}
        return Converted(
            files={f"annotations/panoptic_{self.given.subset}/{item.key}.png": coloured_png(colours)},
            entries={_IMAGES: [image_entry(item, mask)], _ANNOTATIONS: [entry]},
        )

    @property
    def _background_category(self) -> int:
        return max(self.classes.category_ids.values()) + 1

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        background = {
            "id": self._background_category,
            "name": BACKGROUND_NAME,
            "supercategory": BACKGROUND_NAME,
            "isthing": 0,
        }
        name = f"annotations/panoptic_{self.given.subset}.json"
        return {name: dataset(lists, [*self.classes.categories, background])}

    def image_place(self, item: MaskItem) -> str | None:
        return f"images/{self.given.subset}/{item.name}"


def image_entry(item: MaskItem, mask: IndexMask) -> dict[str, Any]:
    """An entry of the list `images`."""
    height, width = mask.shape
    return {"id": item.image_id, "file_name": item.name, "height": height, "width": width}


def dataset(lists: Lists, categories: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """A COCO file of the two lists."""
    for before, name in ((b'{"images": ', _IMAGES), (b',\n"annotations": ', _ANNOTATIONS)):
        yield before
        yield from json_list(lists.lines(name))
    yield b',\n"categories": '
    yield from json_list(map(json_line, categories))
    yield b"}\n"
