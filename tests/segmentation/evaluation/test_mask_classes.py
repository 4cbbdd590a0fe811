"""Masks whose folder says, by its run, which label space they are of."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import write_index_mask
from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.mask_classes import mask_classes
from segmentation.runs.folder import MAKE_MASKS, TRAIN_LOCALIZER, RunFolder, RunRecord
from shared_runtime.errors import ExitCode, UsageError
from shared_schemas import LabelSpace, load_label_space

COCO = load_label_space("coco")


def masks_of(folder: Path, space: LabelSpace, values: list[int]) -> Path:
    """A folder of one mask, and a run beside it that was trained with `space`."""
    run, masks = folder / "run", folder / "masks"
    for path in (run, masks):
        path.mkdir(parents=True)
    RunFolder(run).write_label_space(space)
    trained = RunRecord(command=TRAIN_LOCALIZER, config={"label_space": "classes/mini.toml"}, samples={})
    (run / "run.json").write_text(trained.model_dump_json())
    record = RunRecord(command=MAKE_MASKS, config={}, samples={}, notes={"run": str(run)})
    (masks / "run.json").write_text(record.model_dump_json())
    write_index_mask(masks / "a.png", np.array([values], dtype=np.uint8))
    return masks


def png_truth(folder: Path, values: list[int]) -> Path:
    folder.mkdir(parents=True)
    Image.fromarray(np.array([values], dtype=np.uint8)).save(folder / "a.png")
    return folder


def command(*arguments: object) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_a_truth_without_classes_of_its_own_has_those_of_the_masks(tmp_path: Path, space: LabelSpace) -> None:
    masks, truth = masks_of(tmp_path, space, [0, 1, 3]), png_truth(tmp_path / "truth", [0, 1, 1])

    done = command("evaluate", masks, "--truth", truth, "--json")

    assert done.exit_code == ExitCode.OK, done.output
    assert f"{truth} does not say what its values mean: taken for classes of label space 'mini'" in done.stderr
    found = json.loads(done.stdout)
    assert [label["name"] for label in found["classes"]] == ["background", "cat", "dog", "cup"]
    assert found["protocol"]["label_space"] == space.reference
    page = tmp_path / "page.html"
    assert command("report", masks, "--truth", truth, "-o", page).exit_code == ExitCode.OK
    assert "person" not in page.read_text()


def test_coco_files_of_ones_own_classes_need_no_option(tmp_path: Path, space: LabelSpace) -> None:
    truth = tmp_path / "truth.json"
    images = [{"id": 1, "file_name": "a.jpg", "height": 1, "width": 3}]
    objects = [{"image_id": 1, "category_id": 1, "segmentation": {"size": [1, 3], "counts": [1, 2]}}]
    content = {"images": images, "annotations": objects, "categories": [{"id": 1, "name": "Cup"}]}
    truth.write_text(json.dumps(content))
    masks = masks_of(tmp_path, space, [0, 3, 3])

    done = command("evaluate", masks, "--truth", truth, "--json")

    assert json.loads(done.stdout)["miou"] == 1.0
    # Without the run, the truth is read in COCO's classes, and says that it is none of them.
    (masks / "run.json").unlink()
    done = command("evaluate", masks, "--truth", truth)
    assert (done.exit_code, "classes of label space 'coco'" in done.stderr) == (ExitCode.OK, False)


def test_a_truth_whose_categories_are_of_another_label_space_is_told_with_both(
    tmp_path: Path, space: LabelSpace
) -> None:
    truth = tmp_path / "truth.json"
    images = [{"id": 1, "file_name": "a.jpg", "height": 1, "width": 2}]
    objects = [{"image_id": 1, "category_id": 1, "segmentation": {"size": [1, 2], "counts": [1, 1]}}]
    categories = [{"id": 1, "name": "airplane"}]
    truth.write_text(json.dumps({"images": images, "annotations": objects, "categories": categories}))

    done = command("evaluate", masks_of(tmp_path, space, [0, 1]), "--truth", truth)
    assert done.exit_code == ExitCode.USAGE
    assert "got masks of label space 'mini', as " in done.stderr
    assert f"in {truth} categories of 'coco', which have no class in common" in done.stderr
    masks = masks_of(tmp_path / "voc", load_label_space("voc"), [0, 1])
    done = command("evaluate", masks, "--truth", truth)
    options = "--masks-label-space voc --label-space coco"
    assert f"Try {options}, to score the classes that both have" in done.stderr
    done = command("evaluate", masks, "--truth", truth, *options.split(), "--json")
    assert json.loads(done.stdout)["miou"] == 1.0


def test_masks_of_another_label_space_are_refused_with_the_next_command(tmp_path: Path) -> None:
    airplane = COCO.by_name["airplane"].id
    masks, voc = masks_of(tmp_path, COCO, [0, airplane]), tmp_path / "VOC2012"
    png_truth(voc / "SegmentationClass", [0, 1])

    for told in (["evaluate"], ["report", "-o", tmp_path / "page.html"]):
        done = command(told[0], masks, "--truth", voc, *told[1:])
        assert done.exit_code == ExitCode.USAGE, done.output
        assert "masks of label space 'coco'" in done.stderr
        assert "expected the truth's, 'voc'. Try --masks-label-space coco to score" in done.stderr
    done = command("evaluate", masks, "--truth", voc, "--masks-label-space", "coco", "--json")
    assert json.loads(done.stdout)["miou"] == 1.0
    done = command("evaluate", masks, "--truth", voc, "--masks-label-space", "youtube-objects")
    assert (done.exit_code, "expected 'youtube-objects'. Try --masks" in done.stderr) == (ExitCode.USAGE, True)


def test_no_option_says_otherwise_what_values_mean(tmp_path: Path) -> None:
    masks = masks_of(tmp_path, COCO, [0, 1])
    page, exported = tmp_path / "page.html", tmp_path / "out.json"
    for told in (
        ["report", masks, "-o", page, "--label-space", "voc"],
        ["report", masks, "-o", tmp_path / "other.html", "--masks-label-space", "voc"],
        ["export", masks, "-o", exported, "--to", "coco", "--label-space", "voc"],
    ):
        done = command(*told)
        assert done.exit_code == ExitCode.USAGE, done.output
        assert "label_space.json says, expected 'voc'. Leave the option out" in done.stderr
        done = command(*told[:-1], "coco")
        assert "Leave" not in done.stderr


def test_the_file_of_a_label_space_that_does_not_ship_is_named(tmp_path: Path, space: LabelSpace) -> None:
    masks, truth = masks_of(tmp_path, space, [0, 1]), png_truth(tmp_path / "truth", [0, 1])
    with pytest.raises(
        UsageError,
        match=r"'mini', as .*/run/label_space\.json says, expected the truth's, 'coco'.*"
        r"--label-space classes/mini\.toml if the truth",
    ):
        evaluate(masks, open_truth(truth))
    (tmp_path / "run" / "run.json").unlink()
    with pytest.raises(UsageError, match=r"--label-space FILE, a label space file of 'mini' if the truth"):
        evaluate(masks, open_truth(truth))


def test_attributes_do_not_change_what_masks_mean(tmp_path: Path, space: LabelSpace) -> None:
    other = LabelSpace.model_validate(space.model_dump() | {"attributes": ()})
    masks, truth = masks_of(tmp_path, other, [0, 1]), png_truth(tmp_path / "truth", [0, 1])
    found = evaluate(masks, open_truth(truth, label_space=space))
    assert (found.miou, found.protocol.classes_transferred) == (1.0, None)
    assert "taken to have" not in found.protocol.line()


def test_a_folder_that_says_nothing(tmp_path: Path, space: LabelSpace) -> None:
    masks = masks_of(tmp_path, space, [0, 1])
    known = mask_classes(masks)
    assert known
    assert known.label_space == space
    # A folder of masks may keep a label space of its own, for when the run is gone.
    RunFolder(masks).write_label_space(space)
    (tmp_path / "run" / "label_space.json").unlink()
    known = mask_classes(masks)
    assert known
    assert known.file == masks / "label_space.json"
    (masks / "label_space.json").write_text("{}")
    assert mask_classes(masks) is None
    assert mask_classes(tmp_path) is None


def test_two_spaces_of_one_name_are_compared_by_the_names_of_classes(space: LabelSpace) -> None:
    classes = [label.model_copy(update={"id": 4 - label.id}) for label in reversed(space.foreground)]
    turned = LabelSpace(name=space.name, classes=tuple(classes))
    assert ClassTransfer.between(turned, space).values[:4].tolist() == [0, 3, 2, 1]
