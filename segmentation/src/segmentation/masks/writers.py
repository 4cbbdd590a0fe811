"""Masks as files: PNGs with a palette, and COCO results with run-length encoding."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pycocotools.mask import encode

from segmentation.data.masks import IGNORE_INDEX, IndexMask
from shared_schemas import LabelSpace


def palette() -> bytes:
    """The 256 colours of PASCAL VOC's masks, 3 bytes each: black for 0, maroon for 1, green for 2."""
    colours = np.zeros((256, 3), dtype=np.uint8)
    ids = np.arange(256)
    for place in range(3):
        for channel in range(3):
            colours[:, channel] |= ((ids >> (3 * place + channel) & 1) << (7 - place)).astype(np.uint8)
    return colours.tobytes()


def write_mask(path: Path, mask: IndexMask) -> None:
    """Write a mask (H, W) of class ids as a PNG whose pixels are those ids, with VOC's palette.

    At any moment `path` is absent or whole. Raises OSError.
    """
    # Made from the index array: a conversion from colours would quantise the ids.
    picture = Image.fromarray(mask).convert("L")
    picture.putpalette(palette())
    # Named by the process, so that several writers never share a file.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        picture.save(unfinished, format="PNG")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_rle(path: Path, masks: Iterable[tuple[int | str, IndexMask]], label_space: LabelSpace) -> int:
    """Write masks, with the ids of their images, as a JSON file of COCO results; returns the number of results.

    One result per class and image: `image_id`, `category_id` (the data set's own id where the label space has
    one), `segmentation` as compressed RLE, `score` 1. Raises OSError.
    """
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for image_id, mask in masks:
            for result in _results(image_id, mask, label_space):
                file.write(",\n" if count else "\n")
                json.dump(result, file)
                count += 1
        file.write("\n]\n")
    return count


def _results(image_id: int | str, mask: IndexMask, label_space: LabelSpace) -> Iterator[dict[str, Any]]:
    for class_id in np.unique(mask).tolist():
        if class_id not in (0, IGNORE_INDEX):
            segmentation = encode(np.asfortranarray(mask == class_id, dtype=np.uint8))
            yield {
                "image_id": image_id,
                "category_id": label_space.by_id[class_id].category_id or class_id,
                "segmentation": {**segmentation, "counts": segmentation["counts"].decode("ascii")},
                "score": 1.0,
            }
