"""YOLO's segmentation labels: polygons in shares of the image's sides, one file per image."""

from collections.abc import Iterator, Mapping

import numpy as np

from segmentation.data.masks import IndexMask
from segmentation.exchange.contract import Converted, Lists, MaskItem, MaskLayout, Pieces, values_in
from segmentation.exchange.outlines import joined
from shared_runtime.dataset_card import yaml_text


class YoloPolygons(MaskLayout):
    """Each part of a class that hangs together is an object; its holes are cut into its outline.

    Class 0 is class id 1: there is no background. What is 255 is in no object.
    """

    name = "yolo"
    options = frozenset({"subset"})

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        sides = np.array(mask.shape[::-1], dtype=np.float64)
        lines = []
        for value in values_in(mask):
            for corners in joined(mask == value):
                points = " ".join(f"{share:.7g}" for share in (corners / sides).ravel().tolist())
                lines.append(f"{value - 1} {points}\n")
        return Converted(files={f"labels/{self.given.subset}/{item.key}.txt": "".join(lines).encode()})

    def files(self, lists: Lists) -> Mapping[str, Pieces]:  # noqa: ARG002
        return {"data.yaml": self._data()}

    def _data(self) -> Iterator[bytes]:
        place = yaml_text(f"images/{self.given.subset}")
        yield f"path: .\ntrain: {place}\nval: {place}\nnames:\n".encode()
        for number, name in enumerate(self.classes.names[1:]):
            yield f"  {number}: {yaml_text(name)}\n".encode()

    def image_place(self, item: MaskItem) -> str | None:
        return f"images/{self.given.subset}/{item.name}"
