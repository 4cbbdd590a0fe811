"""Folders of images beside folders of grey masks: Hugging Face, mmsegmentation, Detectron2, FiftyOne.

The byte of a pixel is its class id, 255 is to be ignored, in all of them.
"""

from collections.abc import Mapping
from typing import Any

from segmentation.data.legend import ID2LABEL, id2label
from segmentation.data.masks import IGNORE_INDEX, IndexMask, palette
from segmentation.exchange.contract import (
    Converted,
    Lists,
    MaskItem,
    MaskLayout,
    Pieces,
    grey_png,
    json_line,
    json_list,
    values_in,
)
from shared_runtime.dataset_card import card, class_label

_ROWS = "rows"


class _Folders(MaskLayout):
    images: str
    masks: str

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        row = self.row(item, mask)
        return Converted({f"{self.mask_folder}/{item.key}.png": grey_png(mask)}, {_ROWS: [row]} if row else {})

    def row(self, _item: MaskItem, _mask: IndexMask) -> dict[str, Any] | None:
        """What a list says of the image; None: there is no list."""
        return None

    @property
    def mask_folder(self) -> str:
        return self.masks

    def image_place(self, item: MaskItem) -> str | None:
        return f"{self.images}/{item.name}"


class HuggingFaceFolder(_Folders):
    """`metadata.jsonl` whose `mask_file_name` becomes a column `mask`, the card, and `id2label.json`."""

    name = "imagefolder"
    images, masks = "images", "masks"

    def row(self, item: MaskItem, mask: IndexMask) -> dict[str, Any]:
        return {
            "file_name": f"{self.images}/{item.name}",
            "mask_file_name": f"{self.masks}/{item.key}.png",
            "classes": values_in(mask),
        }

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        names = self.classes.names
        features = [
            "  - name: mask",
            "    dtype: image",
            "  - name: classes",
            "    sequence:",
            *class_label(names, "      "),
        ]
        text = (
            "`mask` has the class id of every pixel: 0 is background, 255 is to be ignored, and the others are "
            f"those of `classes` and `{ID2LABEL}`."
        )
        title = f"Masks of {self.classes.label_space.name}"
        return {
            "metadata.jsonl": lists.lines(_ROWS),
            "README.md": [card(title, "image-segmentation", features, text).encode("utf-8", "backslashreplace")],
            ID2LABEL: [id2label(names)],
        }


class MmsegFolders(_Folders):
    """`img_dir` and `ann_dir`, and the lines of a configuration: `dataset.py`.

    mmsegmentation wants one suffix of all images: all are named .jpg, as it reads pictures by what is in them.
    """

    name = "mmseg"
    options = frozenset({"subset"})
    images, masks = "img_dir", "ann_dir"

    @property
    def mask_folder(self) -> str:
        return f"{self.masks}/{self.given.subset}"

    def image_place(self, item: MaskItem) -> str | None:
        return f"{self.images}/{self.given.subset}/{item.key}.jpg"

    def files(self, lists: Lists) -> Mapping[str, Pieces]:  # noqa: ARG002
        names = self.classes.names
        lines = [
            "# For mmsegmentation: data_root is this folder. 0 is a class, the background; 255 is ignored.",
            "dataset = dict(",
            "    type='BaseSegDataset',",
            "    data_root='.',",
            f"    data_prefix=dict(img_path='{self.images}/{self.given.subset}', "
            f"seg_map_path='{self.mask_folder}'),",
            "    img_suffix='.jpg',",
            "    seg_map_suffix='.png',",
            "    reduce_zero_label=False,",
            f"    ignore_index={IGNORE_INDEX},",
            f"    metainfo=dict(classes={names!r}, palette={palette()[: len(names)].tolist()!r}),",
            ")",
            "",
        ]
        return {"dataset.py": ["\n".join(lines).encode()]}


class DetectronFolders(_Folders):
    """`dataset.json`, a list of Detectron2's records, and `metadata.json` for its catalogue."""

    name = "detectron2"
    images, masks = "images", "masks"

    def row(self, item: MaskItem, mask: IndexMask) -> dict[str, Any]:
        height, width = mask.shape
        return {
            "file_name": f"{self.images}/{item.name}",
            "image_id": item.image_id,
            "height": height,
            "width": width,
            "sem_seg_file_name": f"{self.masks}/{item.key}.png",
        }

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        names = self.classes.names
        metadata = {
            "stuff_classes": names,
            "stuff_colors": palette()[: len(names)].tolist(),
            "ignore_label": IGNORE_INDEX,
            "evaluator_type": "sem_seg",
        }
        return {"dataset.json": json_list(lists.lines(_ROWS)), "metadata.json": [json_line(metadata)]}


class FiftyOneFolders(_Folders):
    """FiftyOne's `ImageSegmentationDirectory`; `id2label.json` are its mask targets."""

    name = "fiftyone"
    images, masks = "data", "labels"

    def files(self, lists: Lists) -> Mapping[str, Pieces]:  # noqa: ARG002
        return {ID2LABEL: [id2label(self.classes.names)]}
