"""PASCAL VOC's folders, and CVAT's "Segmentation mask 1.1", the same in colours that a label map names."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from segmentation.data.legend import LABEL_MAP, label_map
from segmentation.data.masks import IGNORE_INDEX, IndexMask, palette
from segmentation.data.truth.contract import BACKGROUND_NAME
from segmentation.data.truth.mask_folders import VOC_MASKS
from segmentation.exchange.contract import (
    Converted,
    Lists,
    MaskItem,
    MaskLayout,
    Pieces,
    coloured_png,
    indexed_png,
    json_line,
)
from segmentation.exchange.objects import objects

_KEYS = "keys"
_MOST_OBJECTS = 254


class VocMasks(MaskLayout):
    """Masks with VOC's palette: the byte of a pixel is its class id, 255 is void, as VOC has it."""

    name = "voc"
    options = frozenset({"components", "subset"})
    needs_images = False
    _ignore_name: str | None = "ignore"

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        numbers = object_numbers(mask, components=self.given.components)
        return Converted(
            files={
                f"{VOC_MASKS}/{item.key}.png": self._png(mask),
                f"SegmentationObject/{item.key}.png": self._png(numbers),
            },
            entries={_KEYS: [item.key]},
        )

    def _png(self, mask: IndexMask) -> bytes:
        return indexed_png(mask, palette())

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        return {
            f"ImageSets/Segmentation/{self.given.subset}.txt": _names(lists),
            LABEL_MAP: [label_map(self.classes.names, self._ignore_name)],
        }

    def image_place(self, item: MaskItem) -> str | None:
        return f"JPEGImages/{item.name}"


class CvatMasks(VocMasks):
    """RGB: of pictures with one channel, CVAT takes the value for a line of the label map, and 255 asks for 256.

    What is 255 becomes a label `ignore_as`, or the background. `cvat_labels.json` is for the tab "Raw" of a
    project's labels: CVAT refuses a label that the task lacks.
    """

    name = "cvat"
    options = frozenset({"components", "subset", "ignore_as"})

    @cached_property
    def _ignore_name(self) -> str | None:  # type: ignore[override]
        return None if self.given.ignore_as == BACKGROUND_NAME else self.given.ignore_as

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        return super().convert(
            item, np.where(mask == IGNORE_INDEX, 0, mask) if self._ignore_name is None else mask
        )

    def _png(self, mask: IndexMask) -> bytes:
        return coloured_png(palette()[mask])

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        return {**super().files(lists), "cvat_labels.json": [json_line(self._labels())]}

    def _labels(self) -> list[dict[str, object]]:
        lines = label_map(self.classes.names, self._ignore_name).decode().splitlines()[1:]
        parts = (line.split(":") for line in lines)
        return [
            {"name": name, "color": f"#{bytes(map(int, colour.split(','))).hex()}", "attributes": []}
            for name, colour, *_ in parts
        ]


def object_numbers(mask: IndexMask, *, components: bool) -> IndexMask:
    """The objects of a mask (H, W), numbered from 1; 255 stays. More than 254 regions are numbered by class."""
    found = objects(mask, components=components)
    if len(found.class_ids) > _MOST_OBJECTS:
        found = objects(mask, components=False)
    return np.where(mask == IGNORE_INDEX, IGNORE_INDEX, found.numbers).astype(np.uint8)


def _names(lists: Lists) -> Iterator[bytes]:
    for line in lists.lines(_KEYS):
        yield f"{json.loads(line)}\n".encode("utf-8", "surrogateescape")
