"""Masks in the layouts of other programs: what is in them, read without those; and masks that come back."""

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.mask import decode
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import IndexMask, read_index_mask, write_index_mask
from segmentation.evaluation.mask_classes import mask_classes
from segmentation.exchange.contract import MaskExportOptions
from segmentation.exchange.corrections import Corrected, import_masks
from segmentation.exchange.formats import LAYOUTS, mask_layout
from segmentation.exchange.run import ExportWriting, MaskSource, export_masks
from shared_runtime.errors import InputError, UsageError
from shared_schemas.label_space_toml import to_toml
from tests.segmentation.exchange.conftest import NAMES, QUOTED, Masks
from tests.segmentation.exchange.test_regions import brush_pixels, windings


def exported(masks: Masks, output: Path, to: str, **options: Any) -> Path:
    done = export_masks(MaskSource(masks.folder), to, output, MaskExportOptions(**options))
    assert (done.n_masks, list(done.left_out)) == (3, [])
    return output


def without_ignored(mask: IndexMask) -> IndexMask:
    return np.where(mask == 255, 0, mask)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools' decoder
@pytest.mark.parametrize("components", [False, True])
def test_coco_instances_are_the_masks(masks: Masks, tmp_path: Path, components: bool) -> None:
    coco = COCO(str(exported(masks, tmp_path / "x.json", "coco", components=components)))
    names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
    assert names == {90: "cat", 1: QUOTED, 91: "hot dog, large"}
    values = {90: 1, 1: 2, 91: 3}
    assert [image["file_name"] for image in coco.dataset["images"]] == [f"{k}{s}" for k, s in NAMES.items()]
    for image in coco.dataset["images"]:
        drawn = np.zeros((image["height"], image["width"]), dtype=np.uint8)
        for annotation in coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]])):
            region = decode(annotation["segmentation"]).astype(bool)
            assert annotation["area"] == region.sum()
            assert not drawn[region].any()
            drawn[region] = values[annotation["category_id"]]
        np.testing.assert_array_equal(drawn, without_ignored(masks.values[image["file_name"].rpartition(".")[0]]))
    first = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert [a["category_id"] for a in first] == ([90, 90, 1, 1, 91] if components else [90, 1, 91])
    assert sorted(coco.anns) == list(range(1, len(coco.anns) + 1))


def test_panoptic_segments_tell_background_from_what_is_ignored(masks: Masks, tmp_path: Path) -> None:
    folder = exported(masks, tmp_path / "x", "panoptic") / "annotations"
    content = json.loads((folder / "panoptic_train.json").read_text("utf-8"))
    values = {90: 1, 1: 2, 91: 3, 92: 0}
    for annotation in content["annotations"]:
        colours = np.array(Image.open(folder / "panoptic_train" / annotation["file_name"])).astype(int)
        ids = colours @ [1, 256, 65536]
        drawn = np.full(ids.shape, 255, dtype=np.uint8)
        for segment in annotation["segments_info"]:
            assert (ids == segment["id"]).sum() == segment["area"]
            drawn[ids == segment["id"]] = values[segment["category_id"]]
        np.testing.assert_array_equal(drawn, masks.values[annotation["file_name"].removesuffix(".png")])


def test_stuff_has_no_instances_and_keeps_its_official_name(masks: Masks, tmp_path: Path) -> None:
    of_cat = {"stuff": True, "category_name": "cat-merged"}
    classes = tuple(label.model_copy(update=of_cat if label.id == 1 else {}) for label in masks.space.classes)
    space = tmp_path / "odd.toml"
    space.write_text(to_toml(masks.space.model_copy(update={"classes": classes})), "utf-8")
    export_masks(
        MaskSource(masks.folder, label_space=space), "panoptic", tmp_path / "x", MaskExportOptions(components=True)
    )
    content = json.loads((tmp_path / "x" / "annotations" / "panoptic_train.json").read_text("utf-8"))
    first, *_ = content["categories"]
    assert (first["id"], first["name"], first["isthing"]) == (90, "cat-merged", 0)
    assert [one["isthing"] for one in content["categories"][1:]] == [1, 1, 0]
    segments = content["annotations"][0]["segments_info"]
    assert [one["category_id"] for one in segments if one["category_id"] != 92] == [90, 1, 1, 91]


@pytest.mark.parametrize("to", ["imagefolder", "mmseg", "detectron2", "fiftyone", "voc"])
def test_index_masks_stay_as_they_are(masks: Masks, tmp_path: Path, to: str) -> None:
    root = exported(masks, tmp_path / "x", to)
    folders = {"imagefolder": ("images", "masks"), "mmseg": ("img_dir/train", "ann_dir/train"),
               "detectron2": ("images", "masks"), "fiftyone": ("data", "labels"),
               "voc": ("JPEGImages", "SegmentationClass")}[to]  # fmt: skip
    for number, (key, suffix) in enumerate(NAMES.items()):
        path = root / folders[1] / f"{key}.png"
        np.testing.assert_array_equal(np.array(Image.open(path)), masks.values[key])
        name = f"{key}.jpg" if to == "mmseg" else f"{key}{suffix}"
        assert Image.open(root / folders[0] / name).getpixel((0, 0)) == (number, 100, 0)
    if to == "mmseg":
        settings: dict[str, Any] = {}
        exec((root / "dataset.py").read_text("utf-8"), settings)
        assert settings["dataset"]["metainfo"]["classes"] == ("background", "cat", QUOTED, "hot dog, large")
    if to == "detectron2":
        rows = json.loads((root / "dataset.json").read_text("utf-8"))
        assert all(
            (root / row["file_name"]).is_file() and (root / row["sem_seg_file_name"]).is_file() for row in rows
        )


def test_strokes_and_polygons_are_the_masks(masks: Masks, tmp_path: Path) -> None:
    tasks = json.loads((exported(masks, tmp_path / "ls", "label-studio") / "tasks.json").read_text("utf-8"))
    assert [task["data"]["image"] for task in tasks] == [
        "/data/local-files/?d=a%20dir/0001.jpg", "/data/local-files/?d=b/0001.png",
        "/data/local-files/?d=it%27s%20%C3%A9.jpeg",
    ]  # fmt: skip
    values = {"cat": 1, QUOTED: 2, "hot dog, large": 3}
    yolo = exported(masks, tmp_path / "yolo", "yolo")
    for (key, mask), task in zip(masks.values.items(), tasks, strict=True):
        height, width = mask.shape
        strokes, polygons = np.zeros_like(mask), np.zeros_like(mask)
        for stroke in task["predictions"][0]["result"]:
            (name,) = stroke["value"]["brushlabels"]
            strokes[brush_pixels(stroke["value"]["rle"], height, width)] = values[name]
        for line in (yolo / "labels/train" / f"{key}.txt").read_text().splitlines():
            number, *shares = line.split()
            corners = np.array(list(map(float, shares))).reshape(-1, 2) * [width, height]
            polygons[windings(corners.round(4), height, width) != 0] = int(number) + 1
        np.testing.assert_array_equal(strokes, without_ignored(mask))
        np.testing.assert_array_equal(polygons, without_ignored(mask))


def test_the_same_masks_give_the_same_bytes_at_any_number_of_processes(masks: Masks, tmp_path: Path) -> None:
    for to, layout in LAYOUTS.items():
        contents = []
        for number, processes in enumerate((1, 2 if to == "coco" else 1)):
            output = tmp_path / f"{to}{number}{layout.suffix or '.zip'}"
            export_masks(MaskSource(masks.folder), to, output, writing=ExportWriting(processes=processes))
            contents.append(output.read_bytes())
        assert contents[0] == contents[1], to


def test_nothing_is_written_over_or_among_what_is_read(masks: Masks, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").touch()
    for output, message in (
        (tmp_path / "there", "is there already"), (masks.folder / "x", "lies in"),
        (masks.images / "x.zip", "lies in"), (tmp_path / "no" / "x", "mkdir"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            export_masks(MaskSource(masks.folder, [masks.images]), "voc", output)
    with pytest.raises(UsageError, match=r"ends in \.json"):
        export_masks(MaskSource(masks.folder), "coco", tmp_path / "x")
    with pytest.raises(UsageError, match="--ignore-as means nothing for --to voc"):
        export_masks(MaskSource(masks.folder), "voc", tmp_path / "x", MaskExportOptions(ignore_as="x"))
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_an_archive_of_another_kind_is_no_folder(masks: Masks, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"-o: got 'x\.tar', expected a name in \.zip, or the name of a folder"):
        exported(masks, tmp_path / "x.tar", "cvat")


def test_bad_masks_cost_themselves(masks: Masks, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    for name in ("run.json", "label_space.json"):
        (folder / name).write_bytes((masks.folder / name).read_bytes())
    Image.fromarray(np.full((5, 7), 9, dtype=np.uint8)).save(folder / "it's é.png")
    with pytest.raises(InputError, match="got the value 9"):
        export_masks(MaskSource(folder), "voc", tmp_path / "x")
    Image.fromarray(np.ones((5, 7), dtype=np.uint8)).save(folder / "lost.png")
    (folder / "b").mkdir()
    Image.fromarray(masks.values["b/0001"]).save(folder / "b" / "0001.png")
    done = CliRunner().invoke(app, ["export", str(folder), "--to", "voc", "-o", str(tmp_path / "x.zip")])
    assert done.exit_code == 1, "more were lost than exported"
    assert "left out: lost: in none of the image folders" in done.stderr
    assert "got the value 9" in done.stderr
    assert "JPEGImages/b/0001.png" in zipfile.ZipFile(tmp_path / "x.zip").namelist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["masks", "x.zip"]


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
@pytest.mark.parametrize("to", sorted(LAYOUTS))
def test_names_that_an_archive_cannot_hold_cost_themselves(masks: Masks, tmp_path: Path, to: str) -> None:
    folder, images = (Path(shutil.copytree(of, tmp_path / of.name)) for of in (masks.folder, masks.images))
    odd = os.fsdecode(b"caf\xe9")
    shutil.copy(folder / "b" / "0001.png", folder / f"{odd}.png")
    shutil.copy(images / "b" / "0001.png", images / f"{odd}.png")
    source = MaskSource(folder, [images])
    if LAYOUTS[to].suffix:
        assert export_masks(source, to, tmp_path / f"x{LAYOUTS[to].suffix}").n_masks == 4
        return
    assert export_masks(source, to, tmp_path / "x").n_masks == 4
    done = export_masks(source, to, tmp_path / "x.zip")
    assert done.n_masks == 3
    ((key, reason),) = [(mask.key, mask.reason) for mask in done.left_out]
    assert key == odd
    assert "its name is no UTF-8" in reason
    assert zipfile.ZipFile(tmp_path / "x.zip").testzip() is None


@pytest.mark.parametrize("subset", ["../../up", "it's", "a/b", "", "..", "a\nb"])
def test_what_is_no_name_of_a_subset_is_refused(masks: Masks, tmp_path: Path, subset: str) -> None:
    call = ["export", str(masks.folder), "--to", "mmseg", "-o", str(tmp_path / "x"), "--subset", subset]
    refused = CliRunner().invoke(app, call)
    assert refused.exit_code == 2
    assert f"--subset: got {subset!r}, expected a name such as train" in refused.stderr
    assert not list(tmp_path.iterdir())
    assert MaskExportOptions(subset="val-2.é").subset == "val-2.é"


@pytest.mark.parametrize("to", sorted(LAYOUTS))
def test_masks_of_another_size_than_their_image_are_left_out(masks: Masks, tmp_path: Path, to: str) -> None:
    folder = Path(shutil.copytree(masks.folder, tmp_path / "masks"))
    write_index_mask(folder / "b" / "0001.png", np.ones((5, 5), dtype=np.uint8))
    output = tmp_path / f"x{mask_layout(to).suffix}"
    done = export_masks(MaskSource(folder, [masks.images]), to, output)
    assert done.n_masks == 2
    (lost,) = done.left_out
    assert lost.key == "b/0001"
    expected = "got 5 × 5 pixels, expected 30 × 40, as its image"
    assert lost.reason == f"{folder}/b/0001.png: {expected} {masks.images}/b/0001.png has"


@pytest.mark.parametrize(
    ("to", "name", "options"),
    [
        ("cvat", "x.zip", {}), ("cvat", "x", {"ignore_as": "?: unsure"}),
        ("cvat", "x", {"ignore_as": "background"}), ("voc", "x.zip", {"components": True}),
        ("coco", "x.json", {}), ("fiftyone", "x", {}),
    ],
)  # fmt: skip
def test_masks_come_back_pixel_by_pixel(
    masks: Masks, tmp_path: Path, to: str, name: str, options: Mapping[str, Any]
) -> None:
    output = exported(masks, tmp_path / name, to, **options)
    source = output / "labels" if to == "fiftyone" else output
    back = tmp_path / "back"
    ignore = str(options.get("ignore_as", "ignore")).replace(":", "-")
    imported = import_masks(Corrected(source, masks.space, ignore), back)
    assert (imported.n_masks, list(imported.left_out)) == (3, [])
    keeps_255 = to != "coco" and ignore != "background"
    for key, mask in masks.values.items():
        expected = mask if keeps_255 else without_ignored(mask)
        np.testing.assert_array_equal(read_index_mask(back / f"{key}.png", 4), expected)
    known = mask_classes(back)
    assert known is not None
    assert known.label_space == masks.space
    assert json.loads((back / "id2label.json").read_text("utf-8"))["2"] == QUOTED
    assert (back / "labelmap.txt").read_text("utf-8").splitlines()[-1] == "ignore:224,224,192::"


def test_corrected_colours_are_classes_by_name(masks: Masks, tmp_path: Path) -> None:
    """Labels in another order and other colours, as another program numbers them; grey masks by line."""
    folder = tmp_path / "SegmentationClass"
    folder.mkdir()
    (tmp_path / "labelmap.txt").write_text(
        "# x\nHot_Dog, large:1,2,3::\nbackground:0,0,0::\nvoid:9,9,9::\n", "utf-8"
    )
    colours = np.array([[[1, 2, 3], [0, 0, 0], [9, 9, 9]]], dtype=np.uint8)
    Image.fromarray(colours).save(folder / "rgb.png")
    Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8)).save(folder / "grey.png")
    Image.fromarray(colours + 1).save(folder / "stray.png")
    done = import_masks(Corrected(tmp_path, masks.space), tmp_path.parent / f"{tmp_path.name}-back")
    assert [mask.key for mask in done.left_out] == ["stray"]
    assert "got the colour 2,3,4" in done.left_out[0].reason
    for key in ("rgb", "grey"):
        found = read_index_mask(tmp_path.parent / f"{tmp_path.name}-back" / f"{key}.png", 4)
        assert found.tolist() == [[3, 0, 255]]
    (tmp_path / "labelmap.txt").write_text("cta:1,2,3::\n")
    with pytest.raises(InputError, match=r"got a label 'cta'.*Did you mean 'cat'"):
        import_masks(Corrected(tmp_path, masks.space), tmp_path.parent / f"{tmp_path.name}-x")


def test_an_import_goes_on_where_it_stopped(masks: Masks, tmp_path: Path) -> None:
    source, back = exported(masks, tmp_path / "x", "voc"), tmp_path / "back"

    def imported(place: Path, *, overwrite: bool = False) -> set[str]:
        """The masks that were written."""
        before = {path: path.stat().st_mtime_ns for path in back.rglob("*.png")}
        assert import_masks(Corrected(place, masks.space), back, overwrite=overwrite).n_masks == 3
        return {path.stem for path in back.rglob("*.png") if path.stat().st_mtime_ns != before.get(path)}

    assert len(imported(source)) == 2, "two have one stem"
    (back / "it's é.png").unlink()
    # A copy is the same source, whatever its times.
    copy = tmp_path / "copy"
    shutil.copytree(source, copy, copy_function=shutil.copyfile)
    assert imported(copy) == {"it's é"}
    assert imported(copy) == set()
    assert len(imported(copy, overwrite=True)) == 2
    # Drawn anew, in as many bytes; and classes that are other ones.
    mask = copy / "SegmentationClass" / "b" / "0001.png"
    for path in (mask, copy / "labelmap.txt"):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(UsageError, match="what is imported changed"):
            imported(copy)
        path.write_bytes(content)


def test_archives_that_lead_out_are_refused(masks: Masks, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../x.png", b"")
    with pytest.raises(InputError, match="names inside the archive"):
        import_masks(Corrected(tmp_path / "x.zip", masks.space), tmp_path / "back")
