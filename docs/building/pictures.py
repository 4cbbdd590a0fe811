"""The pictures of the documentation: `python docs/building/pictures.py`, after `python -m benchmarks walk`."""

from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import IGNORE_INDEX, read_index_mask
from segmentation.data.truth.opening import open_truth
from segmentation.masks.overlay import painted

DOCS = Path(__file__).resolve().parent.parent
WALK = DOCS.parent / ".bench" / "walk"
SHOWN = 6
GAP = 4
DIMMED = 3
"""What lies under a mask, so that its colours stand out."""
COLOURS = 32
"""Of the palette: enough for what is drawn, and a third of the bytes."""


def main() -> None:
    """Write docs/pictures/masks.png: images, under them their masks, under these the truth."""
    truth = open_truth(WALK / "world" / "instances.json", label_space=WALK / "world" / "label_space.json")
    columns = []
    for key, true_mask in islice(((key, mask) for key, mask in truth if np.any(mask)), SHOWN):
        image = read_image(next((WALK / "world" / "images").glob(f"{key}.*")))
        made = read_index_mask(WALK / "masks" / f"{key}.png", IGNORE_INDEX)
        dark = image // DIMMED
        columns.append([image, painted(dark, made, opacity=1), painted(dark, true_mask, opacity=1)])
    rows = [_joined(list(row), axis=1) for row in zip(*columns, strict=True)]
    picture = Image.fromarray(_joined(rows, axis=0)).quantize(COLOURS)
    (DOCS / "pictures").mkdir(exist_ok=True)
    picture.save(DOCS / "pictures" / "masks.png", optimize=True)


def _joined(parts: list[RgbImage], axis: int) -> RgbImage:
    """Pictures of one size beside (1) or below (0) each other, with a gap of white."""
    border = ((0, GAP if axis == 0 else 0), (0, GAP if axis == 1 else 0), (0, 0))
    padded = [np.pad(part, border, constant_values=255) for part in parts[:-1]]
    return np.concatenate([*padded, parts[-1]], axis=axis)


if __name__ == "__main__":
    main()
