"""YOLO's segmentation labels: polygons in shares of the image's sides, one file per image."""

from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise

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
        height, width = mask.shape
        # Corners lie between pixels: there are few places, and each is of many corners.
        x_shares = [f"{place / width:.7g} " for place in range(width + 1)]
        y_shares = [f"{place / height:.7g}" for place in range(height + 1)]
        lines = []
        for value in values_in(mask):
            polygons = joined(mask == value)
            x, y = np.concatenate(polygons).T.tolist()
            points = [x_shares[column] + y_shares[row] for column, row in zip(x, y, strict=True)]
            ends = accumulate(map(len, polygons), initial=0)
            lines += [f"{value - 1} {' '.join(points[begin:end])}\n" for begin, end in pairwise(ends)]
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
