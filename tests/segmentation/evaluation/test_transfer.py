"""Masks with COCO's classes on truths that have fewer: PASCAL VOC and YouTube-Objects."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import write_index_mask
from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.mask_folders import MaskFolderTruth
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.evaluate import evaluate
from shared_runtime.errors import ExitCode, UsageError
from shared_schemas import LabelSpace, load_label_space

COCO, VOC, YOUTUBE = (load_label_space(name) for name in ("coco", "voc", "youtube-objects"))


def of_name(space: LabelSpace, name: str) -> int:
    return space.by_name[name].id


@pytest.mark.parametrize(
    ("masks", "truth", "same", "lost"),
    [
        (COCO, VOC, {"airplane": "aeroplane", "tv": "tvmonitor", "person": "person"}, ["zebra", "toothbrush"]),
        (COCO, YOUTUBE, {"motorcycle": "motorbike", "cow": "cow"}, ["person", "sheep"]),
        (VOC, YOUTUBE, {"motorbike": "motorbike", "train": "train"}, ["person", "sofa"]),
        (VOC, COCO, {"sofa": "couch", "diningtable": "dining table"}, []),
    ],
)
def test_classes_of_one_origin_are_the_same(
    masks: LabelSpace, truth: LabelSpace, same: dict[str, str], lost: list[str]
) -> None:
    transfer = ClassTransfer.between(masks, truth)

    for name, name_in_truth in same.items():
        assert transfer.values[of_name(masks, name)] == of_name(truth, name_in_truth)
    assert all(transfer.values[of_name(masks, name)] == 0 for name in lost)
    assert transfer.n_classes == 1 + len(masks.foreground)
    assert transfer.n_known == min(len(masks.foreground), len(truth.foreground))
    assert (transfer.values[0], transfer.values[255]) == (0, 255)
    # Background classes are no values of masks.
    assert not transfer.values[81:255].any()


def test_a_label_space_becomes_itself() -> None:
    values = ClassTransfer.between(VOC, VOC).values
    np.testing.assert_array_equal(values[:21], np.arange(21))


def test_label_spaces_without_a_common_class_are_refused(space: LabelSpace) -> None:
    message = "masks' label space 'mini' has no class of the truth's, 'voc'; expected the same, one that is a view"
    with pytest.raises(UsageError, match=message):
        ClassTransfer.between(space, VOC)


@pytest.fixture
def coco_masks_and_voc(tmp_path: Path) -> tuple[Path, Path]:
    """One image: true (first row) and predicted, by name."""
    drawn = ["background", "aeroplane", "aeroplane", "tvmonitor", "tvmonitor"]
    predicted = ["zebra", "airplane", "kite", "tv", None]
    classes = tmp_path / "VOC2012" / "SegmentationClass"
    masks = tmp_path / "masks"
    classes.mkdir(parents=True)
    masks.mkdir()
    ids = [0 if name == "background" else of_name(VOC, name) for name in drawn]
    Image.fromarray(np.array([ids], dtype=np.uint8)).save(classes / "a.png")
    write_index_mask(
        masks / "a.png", np.array([[255 if n is None else of_name(COCO, n) for n in predicted]], dtype=np.uint8)
    )
    return masks, tmp_path / "VOC2012"


def test_predictions_of_other_classes_are_background(coco_masks_and_voc: tuple[Path, Path]) -> None:
    masks, truth = coco_masks_and_voc

    found = evaluate(masks, open_truth(truth), masks_label_space="coco")

    scores = {label.name: (label.iou, label.precision, label.recall) for label in found.classes}
    # The zebra is on background; the kite is a missed aeroplane; the abstained pixel is a missed tvmonitor.
    assert scores["background"] == (1 / 2, 1 / 2, 1.0)
    assert scores["aeroplane"] == scores["tvmonitor"] == (1 / 2, 1.0, 1 / 2)
    assert found.miou == 1 / 2
    assert found.protocol.classes_transferred == 20
    assert (
        "; 20 classes of the masks transferred; where a mask shows another one, that is background, not the next "
        "best class; masks as drawn; voc@"
    ) in found.protocol.line()


def test_without_being_told_the_masks_are_bad(coco_masks_and_voc: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(coco_masks_and_voc[0]), "--truth", str(coco_masks_and_voc[1])])
    assert done.exit_code == ExitCode.FAILURE
    assert "not one mask can be scored" in done.stderr
    told = ["--masks-label-space", "coco", "--json"]
    done = CliRunner().invoke(
        app, ["evaluate", str(coco_masks_and_voc[0]), "--truth", str(coco_masks_and_voc[1]), *told]
    )
    assert done.exit_code == ExitCode.OK, done.output
    assert json.loads(done.stdout)["miou"] == 0.5


def test_a_report_shows_masks_in_the_classes_of_the_truth(
    coco_masks_and_voc: tuple[Path, Path], tmp_path: Path
) -> None:
    masks, truth = coco_masks_and_voc
    page = tmp_path / "report.html"
    told = ["report", str(masks), "--truth", str(truth), "-o", str(page), "--masks-label-space", "coco"]
    done = CliRunner().invoke(app, told)
    assert done.exit_code == ExitCode.OK, done.output
    # Three classes of which each is half right.
    text = page.read_text()
    assert "worst: a .500" in text
    assert re.findall(r'data-of="\d+">(\w+)', text) == ["background", "aeroplane", "tvmonitor"]


@pytest.mark.real_data
def test_truth_in_cocos_classes_scores_perfectly(real_data: Path, tmp_path: Path) -> None:
    """VOC's own masks, written with COCO's ids, come back as VOC's."""
    truth = MaskFolderTruth(real_data / "voc", VOC, "SegmentationClass")
    keys = truth.keys()[:20]
    back = np.zeros(256, dtype=np.uint8)
    back[1:21], back[255] = VOC.base_ids, 255
    for key in keys:
        write_index_mask(tmp_path / f"{key}.png", back[truth.mask(key)])

    found = evaluate(tmp_path, open_truth(real_data / "voc").restricted_to(keys), masks_label_space=COCO)

    assert found.miou == found.precision == found.recall == 1.0
    assert found.protocol.images_scored == 20


def test_what_extends_a_space_knows_its_classes_and_no_others() -> None:
    panoptic = load_label_space("coco-panoptic")
    transfer = ClassTransfer.between(panoptic, COCO)
    assert (transfer.n_classes, transfer.n_known) == (134, 80)
    assert transfer.values[[0, 1, 80, 81, 133, 255]].tolist() == [0, 1, 80, 0, 0, 255]
    sofa, tree = of_name(VOC, "sofa"), of_name(panoptic, "tree")
    assert ClassTransfer.between(panoptic, VOC).values[of_name(panoptic, "couch")] == sofa
    assert ClassTransfer.between(VOC, panoptic).values[sofa] == of_name(panoptic, "couch")
    assert ClassTransfer.needed("coco-panoptic", panoptic) is None
    assert ClassTransfer.between(panoptic, VOC).values[tree] == 0
