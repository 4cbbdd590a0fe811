"""Masks read back by the libraries that they are exported for; skipped where one is not installed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmentation.data.masks import IndexMask
from segmentation.exchange.contract import MaskExportOptions
from segmentation.exchange.run import MaskSource, export_masks
from tests.segmentation.exchange.conftest import NAMES, QUOTED, Masks

pytestmark = pytest.mark.filterwarnings("default")  # of other people's libraries

CLASSES = ["background", "cat", QUOTED, "hot dog, large"]


def exported(masks: Masks, output: Path, to: str, **options: Any) -> Path:
    export_masks(MaskSource(masks.folder), to, output, MaskExportOptions(**options))
    return output


def without_ignored(mask: IndexMask) -> IndexMask:
    return np.where(mask == 255, 0, mask)


def datumaro_masks(folder: Path, layout: str, names: list[str]) -> Iterator[tuple[str, IndexMask]]:
    """Class ids by the names of the labels, "ignore" as 255."""
    datumaro = pytest.importorskip("datumaro")
    dataset = datumaro.Dataset.import_from(str(folder), layout)
    labels = [label.name for label in dataset.categories()[datumaro.AnnotationType.label]]
    for item in dataset:
        drawn: IndexMask | None = None
        for annotation in item.annotations:
            name = labels[annotation.label] if annotation.label is not None else "background"
            if hasattr(annotation, "image"):
                region = np.asarray(annotation.image).astype(bool)
                drawn = np.zeros(region.shape, dtype=np.uint8) if drawn is None else drawn
                drawn[region] = 255 if name == "ignore" else names.index(name)
        yield item.id, np.zeros((5, 7), dtype=np.uint8) if drawn is None else drawn


@pytest.mark.parametrize(
    ("to", "layout"), [("cvat", "voc_segmentation"), ("voc", "voc_segmentation"), ("panoptic", "coco_panoptic")]
)
def test_datumaro_reads_what_cvat_reads(masks: Masks, tmp_path: Path, to: str, layout: str) -> None:
    folder = exported(masks, tmp_path / "x", to)
    names = [name.replace(":", "-") for name in CLASSES] if to != "panoptic" else CLASSES
    found = dict(datumaro_masks(folder, layout, names))
    assert found.keys() == masks.values.keys()
    for key, mask in masks.values.items():
        expected = without_ignored(mask) if to == "panoptic" else mask
        np.testing.assert_array_equal(found[key], expected)


def test_datumaro_reads_coco_instances(masks: Masks, tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    exported(masks, tmp_path / "annotations" / "instances_train.json", "coco", components=True)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "train").symlink_to(masks.images)
    found = dict(datumaro_masks(tmp_path, "coco_instances", CLASSES))
    for key, mask in masks.values.items():
        np.testing.assert_array_equal(found[key], without_ignored(mask))


def test_datasets_reads_the_imagefolder(masks: Masks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = exported(masks, tmp_path / "x", "imagefolder")
    rows = datasets.load_dataset(str(folder), split="train")
    assert rows.features["classes"].feature.names == CLASSES
    for number, (row, mask) in enumerate(zip(rows, masks.values.values(), strict=True)):
        assert row["image"].getpixel((0, 0)) == (number, 100, 0)
        np.testing.assert_array_equal(np.asarray(row["mask"]), mask)


def test_label_studio_reads_its_strokes(masks: Masks, tmp_path: Path) -> None:
    brush = pytest.importorskip("label_studio_sdk.converter.brush")
    folder = exported(masks, tmp_path / "x", "label-studio")
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface((folder / "config.xml").read_text("utf-8"))
    assert list(interface.get_tag("tag").labels) == CLASSES[1:]
    for task, mask in zip(json.loads((folder / "tasks.json").read_text()), masks.values.values(), strict=True):
        drawn = np.zeros_like(mask)
        assert interface.validate_prediction(task["predictions"][0])
        for stroke in task["predictions"][0]["result"]:
            pixels = brush.decode_rle(stroke["value"]["rle"])
            (name,) = stroke["value"]["brushlabels"]
            drawn[np.reshape(pixels, (*mask.shape, 4))[..., 3] > 0] = CLASSES.index(name)
        np.testing.assert_array_equal(drawn, without_ignored(mask))


def test_mmsegmentation_reads_its_folders(masks: Masks, tmp_path: Path) -> None:
    pytest.importorskip("mmcv")
    basesegdataset = pytest.importorskip("mmseg.datasets.basesegdataset", exc_type=ImportError)
    folder = exported(masks, tmp_path / "x", "mmseg")
    settings: dict[str, Any] = {}
    exec((folder / "dataset.py").read_text("utf-8"), settings)
    given = settings["dataset"] | {"data_root": str(folder)}
    assert given.pop("type") == "BaseSegDataset"
    dataset = basesegdataset.BaseSegDataset(**given)
    assert list(dataset.metainfo["classes"]) == CLASSES
    found = {Path(row["seg_map_path"]).stem: row for row in dataset}
    assert len(dataset) == 3
    for row in dataset:
        key = str(Path(row["seg_map_path"]).relative_to(folder / "ann_dir/train").with_suffix(""))
        assert Path(row["img_path"]).is_file()
        np.testing.assert_array_equal(np.array(Image.open(row["seg_map_path"])), masks.values[key])
    assert found


def test_supervision_reads_yolo(masks: Masks, tmp_path: Path) -> None:
    supervision = pytest.importorskip("supervision")
    folder = exported(masks, tmp_path / "x", "yolo")
    part = "a dir"
    dataset = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(folder / "images/train" / part),
        annotations_directory_path=str(folder / "labels/train" / part),
        data_yaml_path=str(folder / "data.yaml"),
        force_masks=True,
    )
    assert dataset.classes == CLASSES[1:]
    ((_, _, detections),) = list(dataset)
    assert sorted(detections.class_id.tolist()) == [0, 0, 1, 1, 1, 1, 2]


def test_fiftyone_reads_segmentations(masks: Masks, tmp_path: Path) -> None:
    fiftyone = pytest.importorskip("fiftyone")
    folder = exported(masks, tmp_path / "x", "fiftyone")
    dataset = fiftyone.Dataset.from_dir(str(folder), fiftyone.types.ImageSegmentationDirectory)
    targets = json.loads((folder / "id2label.json").read_text("utf-8"))
    dataset.default_mask_targets = {int(value): name for value, name in targets.items()}
    assert list(dataset.default_mask_targets.values()) == CLASSES
    assert len(dataset) == 3
    for sample in dataset:
        key = Path(sample.filepath).relative_to(folder / "data").as_posix()
        key = key.removesuffix(NAMES.get(key.rpartition(".")[0], ""))
        np.testing.assert_array_equal(sample.ground_truth.get_mask(), masks.values[key])


def test_detectron2_reads_its_folders(masks: Masks, tmp_path: Path) -> None:
    coco = pytest.importorskip("detectron2.data.datasets.coco")
    folder = exported(masks, tmp_path / "x", "detectron2")
    rows = coco.load_sem_seg(str(folder / "masks/a dir"), str(folder / "images/a dir"))
    assert len(rows) == 1
