"""COCO: instances as run lengths, and panoptic pictures (Lin et al. 2014; Kirillov et al. 2019)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from segmentation.data.masks import IndexMask
from segmentation.data.truth.contract import BACKGROUND_NAME
from segmentation.exchange.components import connected_regions
from segmentation.exchange.contract import (
    Converted,
    Lists,
    MaskItem,
    MaskLayout,
    Pieces,
    coloured_png,
    json_line,
    json_list,
    values_in,
)

_IMAGES, _ANNOTATIONS = "images", "annotations"


def objects(mask: IndexMask, *, components: bool) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
    """Class id and region (H, W) of each object of a mask: all of a class, or each connected part of it."""
    regions = connected_regions(mask) if components else None
    for value in values_in(mask):
        is_class = mask == value
        if regions is None:
            yield value, is_class
        else:
            for region in np.unique(regions[is_class]).tolist():
                yield value, regions == region


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
        for value, region in objects(mask, components=self.given.components):
            encoded = coco_mask.encode(np.asfortranarray(region, dtype=np.uint8))
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
        ids = np.zeros(mask.shape, dtype=np.uint32)
        segments = []
        categories = {0: self._background_category, **self.classes.category_ids}
        found = objects(mask, components=self.given.components)
        background = mask == 0
        for number, (value, region) in enumerate([*([(0, background)] if background.any() else []), *found], 1):
            ids[region] = number
            rows, columns = (np.flatnonzero(region.any(axis=axis)) for axis in (1, 0))
            top, left = int(rows[0]), int(columns[0])
            segments.append(
                {
                    "id": number,
                    "category_id": categories[value],
                    "iscrowd": 0,
                    "area": int(region.sum()),
                    "bbox": [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top],
                }
            )
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
