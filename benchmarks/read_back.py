"""What other programs' libraries find in the exports of docs/tutorial.md, held against the masks themselves."""

import json
import zipfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

IGNORED = 255


def coco(folder: Path) -> str:
    """Instances, by pycocotools."""
    from pycocotools.coco import COCO

    found = COCO(str(folder / "instances.json"))
    names = {category["id"]: category["name"] for category in found.loadCats(found.getCatIds())}
    drawn = {}
    for image in found.loadImgs(found.getImgIds()):
        mask = np.zeros((image["height"], image["width"]), dtype=np.uint8)
        for one in found.loadAnns(found.getAnnIds(image["id"])):
            mask[found.annToMask(one) > 0] = _ids(folder)[names[one["category_id"]]]
        drawn[Path(image["file_name"]).stem] = mask
    return f"pycocotools {version('pycocotools')}: {len(found.anns):,} objects, {_compared(folder, drawn)}"


def cvat(folder: Path) -> str:
    """ "Segmentation mask 1.1", by the library that CVAT reads it with."""
    import datumaro

    with zipfile.ZipFile(folder / "cvat.zip") as archive:
        archive.extractall(folder / "cvat")
    dataset = datumaro.Dataset.import_from(str(folder / "cvat"), "voc_segmentation")
    labels = [label.name for label in dataset.categories()[datumaro.AnnotationType.label]]
    ids = {**_ids(folder), "ignore": IGNORED}
    drawn = {}
    for item in dataset:
        mask = np.zeros_like(_mask(folder, item.id))
        for one in item.annotations:
            if hasattr(one, "image"):
                mask[np.asarray(one.image) > 0] = ids[labels[one.label]]
        drawn[item.id] = mask
    return f"Datumaro {version('datumaro')}: {_compared(folder, drawn)}"


def label_studio(folder: Path) -> str:
    """Strokes of predictions, by its own decoder; each held against its labelling interface."""
    from label_studio_sdk.converter.brush import decode_rle
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface((folder / "label-studio" / "config.xml").read_text("utf-8"))
    drawn, fitting = {}, 0
    for task in json.loads((folder / "label-studio" / "tasks.json").read_text("utf-8")):
        stem = Path(task["data"]["image"]).stem
        mask = np.zeros_like(_mask(folder, stem))
        for prediction in task["predictions"]:
            fitting += interface.validate_prediction(prediction)
            for stroke in prediction["result"]:
                pixels = np.reshape(decode_rle(stroke["value"]["rle"]), (*mask.shape, 4))[..., 3]
                mask[pixels > 0] = _ids(folder)[stroke["value"]["brushlabels"][0]]
        drawn[stem] = mask
    sdk = f"label-studio-sdk {version('label-studio-sdk')}"
    return f"{sdk}: {fitting:,} predictions fit config.xml, {_compared(folder, drawn)}"


def fiftyone_masks(folder: Path) -> str:
    """Segmentations, opened without an app."""
    import fiftyone

    kind = fiftyone.types.ImageSegmentationDirectory
    dataset = fiftyone.Dataset.from_dir(str(folder / "fiftyone"), kind, progress=False)
    drawn = {Path(sample.filepath).stem: sample.ground_truth.get_mask() for sample in dataset}
    return f"FiftyOne {version('fiftyone')}: {_compared(folder, drawn)}"


def fiftyone_labels(folder: Path) -> str:
    """Classes of images, opened without an app."""
    import fiftyone

    dataset = fiftyone.Dataset.from_dir(
        dataset_type=fiftyone.types.FiftyOneImageClassificationDataset,
        data_path=str(folder / "world" / "images"),
        labels_path=str(folder / "fiftyone.json"),
        progress=False,
    )
    count = sum(dataset.count_values("ground_truth.classifications.label").values())
    records = map(json.loads, (folder / "labels.jsonl").read_text("utf-8").splitlines())
    labels = sum(len(record["foreground"]) + len(record["background"]) for record in records)
    return f"FiftyOne {version('fiftyone')}: {len(dataset):,} images, {count:,} of {labels:,} labels"


READERS: Mapping[str, Callable[[Path], str]] = {
    "instances.json": coco,
    "cvat.zip": cvat,
    "label-studio": label_studio,
    "fiftyone": fiftyone_masks,
    "fiftyone.json": fiftyone_labels,
}
"""Functions by what of the tutorial's folder they read."""


def _compared(folder: Path, drawn: Mapping[str, npt.NDArray[Any]]) -> str:
    alike = sum(np.array_equal(mask, _mask(folder, stem)) for stem, mask in drawn.items())
    return f"{alike:,} of {len(list((folder / 'masks').glob('*.png'))):,} masks pixel by pixel"


def _mask(folder: Path, stem: str) -> npt.NDArray[np.uint8]:
    return np.array(Image.open(folder / "masks" / f"{stem}.png"))


def _ids(folder: Path) -> dict[str, int]:
    names = json.loads((folder / "masks" / "id2label.json").read_text("utf-8"))
    return {name: int(value) for value, name in names.items()}
