"""Labels read back by the libraries that they are exported for; skipped where one is not installed."""

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from PIL import Image

from caption_parser import CaptionParser, export_labels, to_dataset, to_pandas, to_polars
from tests.caption_parser.export.conftest import QUOTED, Labelled

pytestmark = pytest.mark.filterwarnings("default")  # of other people's libraries

NAMES = ["background", "cat", QUOTED, "hot dog, large", "body of water"]
FILES = ("a dir/0001.jpg", "b/0001.jpg", "it's é.png", "000000000005.jpg")


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for number, name in enumerate(FILES):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 6), (number, 0, 0)).save(path, format="PNG")
    return tmp_path / "pictures"


def test_coco_is_read_by_pycocotools_and_lvis(labelled: Labelled, tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco")
    output = tmp_path / "annotations" / "labels_train.json"
    output.parent.mkdir()
    export_labels(labelled.labels, "coco", output, label_space=labelled.space)
    api = coco.COCO(str(output))
    assert api.getImgIds(catIds=[90]) == [7]
    assert [category["name"] for category in api.loadCats(api.getCatIds())] == NAMES[1:]
    lvis = pytest.importorskip("lvis")
    truth = lvis.LVIS(str(output))
    assert truth.load_imgs([3])[0]["neg_category_ids"] == [90]
    # LVIS's own evaluation reads these three of every image, and frequencies.
    results = lvis.LVISResults(truth, [{"image_id": 7, "category_id": 90, "bbox": [0, 0, 1, 1], "score": 1.0}])
    evaluation = lvis.LVISEval(truth, results, "bbox")
    assert evaluation._prepare_freq_group()[0] == [0, 1, 2, 3]


def test_coco_is_read_by_datumaro(labelled: Labelled, pictures: Path, tmp_path: Path) -> None:
    datumaro = pytest.importorskip("datumaro")
    (tmp_path / "images").mkdir()
    pictures.rename(tmp_path / "images" / "train")
    output = tmp_path / "annotations" / "labels_train.json"
    output.parent.mkdir()
    export_labels(labelled.labels, "coco", output, label_space=labelled.space)
    dataset = datumaro.Dataset.import_from(str(tmp_path), "coco_labels")
    names = [category.name for category in dataset.categories()[datumaro.AnnotationType.label]]
    found = {item.id: sorted(names[label.label] for label in item.annotations) for item in dataset}
    assert found == {
        "a dir/0001": ["body of water", "cat"],
        "b/0001": [QUOTED],
        "it's é": [],
        "000000000005": ["hot dog, large"],
    }


def test_frames_are_those_of_pandas_and_polars(labelled: Labelled) -> None:
    pytest.importorskip("pandas")
    frame = to_pandas(labelled.labels, "classes", label_space=labelled.space)
    assert frame[frame["asserted"]].groupby("class")["votes"].sum().to_dict() == {
        "cat": 2, "body of water": 1, QUOTED: 1, "hot dog, large": 1,
    }  # fmt: skip
    polars = pytest.importorskip("polars")
    table = to_polars(labelled.labels, label_space=labelled.space)
    assert table.filter(polars.col("foreground").list.contains("cat"))["image_id"].to_list() == [7]


def test_frames_and_datasets_are_labelled_by_column() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    datasets = pytest.importorskip("datasets")
    frame = pandas.DataFrame({"image": ["a", "b", "a"], "caption": ["A cat", None, "two dogs"]})
    parser = CaptionParser(labeller="exact")
    for table in (frame, polars.from_pandas(frame), datasets.Dataset.from_pandas(frame)):
        with pytest.warns(UserWarning, match="left out"):
            assert [record.captions for record in parser.label(table)] == [("A cat", "two dogs")]
        with pytest.warns(UserWarning, match="left out"):
            assert [record.image_id for record in parser.label(table["caption"])] == [1, 3]


def test_a_dataset_is_mapped_in_batches_by_several_processes() -> None:
    datasets = pytest.importorskip("datasets")
    parser = CaptionParser(labeller="exact")
    before = datasets.fingerprint.Hasher.hash(parser.label_batch)
    data = datasets.Dataset.from_dict({"text": ["A cat", "nothing"] * 6, "n": list(range(12))})
    mapped = data.map(
        parser.label_batch,
        batched=True,
        batch_size=3,
        num_proc=2,
        fn_kwargs={"caption": "text"},
        features=parser.label_features(data),
    )
    assert mapped["n"] == list(range(12))
    assert mapped[:2]["foreground"] == [["cat"], []]
    assert mapped.features["foreground_ids"].feature.int2str(mapped[0]["foreground_ids"][0]) == "cat"
    list(parser.label(["A dog"]))
    assert datasets.fingerprint.Hasher.hash(parser.label_batch) == before, "else nothing is found in the cache"


def test_datasets_reads_records_parquet_and_the_imagefolder(
    labelled: Labelled, pictures: Path, tmp_path: Path
) -> None:
    datasets = pytest.importorskip("datasets")
    own = to_dataset(labelled.labels, label_space=labelled.space)
    assert own.features["foreground_ids"].feature.names == NAMES
    export_labels(labelled.labels, "parquet", tmp_path / "x.parquet", label_space=labelled.space, rows="images")
    table = datasets.load_dataset("parquet", data_files=str(tmp_path / "x.parquet"), split="train")
    assert table.features == own.features
    assert table.to_list() == own.to_list()
    export_labels(labelled.labels, "imagefolder", pictures, label_space=labelled.space)
    folder = datasets.load_dataset(str(pictures), split="train")
    assert folder.features["denied_ids"].feature.names == NAMES
    rows: dict[int, Any] = {row["image_id"]: row for row in folder}
    for number, row in enumerate(own):
        seen = rows[row["image_id"]]
        assert {name: seen[name] for name in seen if name != "image"} == {
            name: row[name] for name in seen if name != "image"
        }
        assert seen["image"].getpixel((0, 0)) == (number, 0, 0)


def test_fiftyone_reads_classifications(labelled: Labelled, pictures: Path, tmp_path: Path) -> None:
    fiftyone = pytest.importorskip("fiftyone")
    export_labels(labelled.labels, "fiftyone", tmp_path / "labels.json", label_space=labelled.space)
    assert json.loads((tmp_path / "labels.json").read_text("utf-8"))["classes"] == NAMES[1:]
    dataset = fiftyone.Dataset.from_dir(
        dataset_type=fiftyone.types.FiftyOneImageClassificationDataset,
        data_path=str(pictures),
        labels_path=str(tmp_path / "labels.json"),
    )
    found = {
        str(Path(sample.filepath).relative_to(pictures)): {
            one.label: (one.confidence, one["votes"], list(one["visual_attributes"]))
            for one in sample.ground_truth.classifications
        }
        for sample in dataset
    }
    assert found == {
        "a dir/0001.jpg": {"cat": (0.9, 2, ["black"]), "body of water": (None, 1, ["gray"])},
        "b/0001.jpg": {QUOTED: (0.25, 1, [])},
        "it's é.png": {},
        "000000000005.jpg": {"hot dog, large": (None, 1, [])},
    }


def test_mm_grounding_dino_reads_grounded_lines(
    labelled: Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mmdet")
    for name in ("mmcv.ops", "mmcv.ops.roi_align"):  # compiled, and of no use to a reader of lines
        monkeypatch.setitem(sys.modules, name, MagicMock())
    odvg = pytest.importorskip("mmdet.datasets.odvg")
    boxes = {
        "images": [{"id": 1, "file_name": "a dir/0001.jpg", "height": 48, "width": 64}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": n, "image_id": 1, "category_id": 1, "bbox": [n, 2, 10, 20]} for n in (1, 2)],
    }
    (tmp_path / "boxes.json").write_text(json.dumps(boxes), "utf-8")
    lines = tmp_path / "lines.jsonl"
    export_labels(labelled.labels, "odvg", lines, label_space=labelled.space, boxes=tmp_path / "boxes.json")
    (row,) = odvg.ODVGDataset(ann_file=str(lines), data_prefix={"img": "photos"}, return_classes=True)
    assert row["img_path"] == "photos/a dir/0001.jpg"
    assert row["text"] == labelled.records[0].captions[0]
    assert [one["bbox"] for one in row["instances"]] == [[1, 2, 11, 22], [2, 2, 12, 22]]
    phrase = {"phrase": "black cats", "tokens_positive": [[4, 9], [19, 23]]}
    assert [row["phrases"][one["bbox_label"]] for one in row["instances"]] == [phrase, phrase]
