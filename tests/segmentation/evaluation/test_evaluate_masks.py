import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.truth.coco import CocoRules
from segmentation.data.truth.opening import open_truth, read_image_list
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.records import Missing
from shared_runtime.errors import ExitCode, InputError, UsageError
from shared_schemas import LabelSpace

Save = Callable[[str, list[list[int]]], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a mask under a path such as "truth/a"."""

    def write(name: str, mask: list[list[int]]) -> Path:
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True, parents=True)
        Image.fromarray(np.array(mask, dtype=np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def folders(tmp_path: Path, save: Save) -> tuple[Path, Path]:
    """(masks, truth): two images with a mask, one without, and a mask of no image."""
    save("truth/a", [[0, 1, 1, 255]])
    save("truth/b", [[0, 2, 2, 2]])
    save("truth/c", [[1, 1]])
    save("masks/a", [[0, 1, 0, 1]])
    save("masks/b", [[0, 2, 255, 1]])
    save("masks/z", [[0]])
    return tmp_path / "masks", tmp_path / "truth"


def test_figures_and_protocol(folders: tuple[Path, Path], space: LabelSpace) -> None:
    masks, truth = folders

    found = evaluate(masks, open_truth(truth, label_space=space))

    # True → predicted, c.png as background: 0 → 0 twice; 1 → 1, 0, 0, 0; 2 → 2, abstained, 1.
    scores = {label.name: (label.iou, label.precision, label.recall) for label in found.classes}
    assert scores == {
        "background": (2 / 5, 2 / 5, 1.0),
        "cat": (1 / 5, 1 / 2, 1 / 4),
        "dog": (1 / 3, 1.0, 1 / 3),
        "cup": (None, None, None),
    }
    assert [label.id for label in found.classes] == [0, 1, 2, 3]
    assert [(label.true_pixels, label.predicted_pixels) for label in found.classes] == [
        (2, 5),
        (4, 2),
        (3, 1),
        (0, 0),
    ]
    assert found.miou == pytest.approx((2 / 5 + 1 / 5 + 1 / 3) / 3)
    assert found.miou_with_absent == pytest.approx((2 / 5 + 1 / 5 + 1 / 3) / 4)
    assert found.precision == pytest.approx((2 / 5 + 1 / 2 + 1) / 3)
    assert found.recall == pytest.approx((1 + 1 / 4 + 1 / 3) / 3)
    assert found.protocol.masks_outside_truth == 1
    assert found.protocol.line() == (
        "3 of 3 images, 1 without a usable mask: scored as background; one confusion matrix; "
        "mean over the 3 of 4 classes that are in the truth, background included; "
        "1 void pixels left out, 1 abstained pixels counted as missed; "
        f"masks as drawn; {space.reference}, which the masks are taken to have, too"
    )


def test_the_table_has_no_rows_of_nothing(tmp_path: Path, save: Save) -> None:
    save("truth/a", [[0, 1, *range(2, 9)]])
    save("masks/a", [[0, 1, *[0] * 7]])
    save("truth/b", [[0]])
    truth, run = tmp_path / "truth", CliRunner()

    done = run.invoke(app, ["evaluate", str(tmp_path / "masks"), "--truth", str(truth)])

    assert done.exit_code == ExitCode.OK, done.output
    table = done.stdout.splitlines()
    assert [line.split()[0] for line in table[:4]] == ["class", "background", "person", "mean"]
    assert table[4].startswith(
        "7 classes with 70.00% of the truth appear in no mask, IoU and recall .000: bicycle, "
    )
    assert table[4].endswith(", … (--json has a row for each)")
    assert table[5] == "72 classes appear in neither truth nor masks"
    # Why so much is missing stands before it.
    assert done.output.index("1 of 2 images have no mask") < done.output.index("class ")
    save("masks/b", [[0, 0]])
    save("masks/a", [[0, *range(1, 9)]])
    done = run.invoke(app, ["evaluate", str(tmp_path / "masks"), "--truth", str(truth)])
    assert "appear in no mask" not in done.stdout
    # One is enough, and so it is with what masks alone show.
    save("masks/a", [[0, *range(1, 8), 20]])
    table = run.invoke(app, ["evaluate", str(tmp_path / "masks"), "--truth", str(truth)]).stdout.splitlines()
    assert [line.split()[:2] for line in table[-4:-2]] == [["1", "class"], ["1", "class"]]
    assert table[-4].startswith(
        "1 class with 10.00% of the truth appears in no mask, IoU and recall .000: truck ("
    )
    assert table[-3].startswith("1 class appears in masks alone, with no part in the means: ")
    assert "not scored: b: " in done.stderr


def test_images_without_a_mask_can_be_left_out(folders: tuple[Path, Path], space: LabelSpace) -> None:
    masks, truth = folders

    found = evaluate(masks, open_truth(truth, label_space=space), missing=Missing.SKIP)

    assert found.classes[0].iou == 2 / 3
    assert "2 of 3 images, 1 without a usable mask: left out" in found.protocol.line()


def test_a_bad_mask_costs_its_image_and_is_told(folders: tuple[Path, Path], space: LabelSpace, save: Save) -> None:
    masks, truth = folders
    save("truth/d", [[1, 1]])
    save("truth/e", [[1, 1]])
    save("masks/c", [[1], [1]])
    save("masks/d", [[90, 1]])
    (masks / "e.png").write_bytes(b"no image")
    (truth / "b.png").write_bytes(b"no image")

    found = evaluate(masks, open_truth(truth, label_space=space))

    reasons = {bad.key: bad.reason for bad in found.protocol.bad_masks}
    assert "c.png: got 1 x 2 pixels, expected 2 x 1, the size of the image in the truth" in reasons["c"]
    assert "One is the other turned: masks are upright, as the EXIF orientation" in reasons["c"]
    assert "d.png: got the value 90, expected 0 to 3" in reasons["d"]
    assert "e.png: the mask cannot be decoded" in reasons["e"]
    assert [bad.key for bad in found.protocol.bad_truth] == ["b"]
    assert (found.protocol.images_in_truth, found.protocol.images_scored) == (5, 4)
    # What could not be read was scored as background: six pixels of cats missed beside one found, one missed in a.
    assert found.classes[1].recall == 1 / 8


def test_several_processes_find_the_same(tmp_path: Path, space: LabelSpace) -> None:
    rng = np.random.default_rng(0)
    for folder in ("truth", "masks"):
        (tmp_path / folder).mkdir()
        for number in range(70):
            mask = rng.choice(np.array([0, 1, 2, 3, 255], dtype=np.uint8), (5, 7))
            Image.fromarray(mask).save(tmp_path / folder / f"{number}.png")
    (tmp_path / "masks" / "3.png").unlink()
    (tmp_path / "masks" / "4.png").write_bytes(b"")
    steps: list[int] = []

    one, two = (
        evaluate(
            tmp_path / "masks",
            open_truth(tmp_path / "truth", label_space=space),
            processes=processes,
            progress=steps.append,
        )
        for processes in (1, 2)
    )

    assert one == two
    assert one.protocol.images_scored == 70
    assert steps == [64, 6, 64, 6]


def test_a_list_of_images_restricts_the_truth(
    folders: tuple[Path, Path], space: LabelSpace, tmp_path: Path
) -> None:
    truth = open_truth(folders[1], label_space=space)
    names = tmp_path / "val.txt"
    names.write_text("b\nb\n\n")

    found = evaluate(folders[0], truth.restricted_to(read_image_list(names)))

    assert found.protocol.images_in_truth == 1
    assert found.classes[1].recall is None

    names.write_text("b\nq\n")
    with pytest.raises(InputError, match="got image 'q', expected one of the ground truth"):
        truth.restricted_to(read_image_list(names))
    names.write_text("\n")
    with pytest.raises(InputError, match="got an empty list"):
        read_image_list(names)
    names.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"val\.txt: cannot be read"):
        read_image_list(names)


def test_coco_rules_reach_the_truth_and_the_protocol(tmp_path: Path, space: LabelSpace, save: Save) -> None:
    truth = tmp_path / "instances.json"
    polygon = [[0, 0, 2, 0, 2, 1, 0, 1]]
    images = [{"id": number, "file_name": f"{number}.jpg", "height": 1, "width": 2} for number in (1, 2)]
    annotations = [{"image_id": 1, "category_id": 17, "segmentation": polygon}]
    categories = [{"id": 17, "name": "cat"}]
    truth.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    save("masks/1", [[1, 1]])

    rules = CocoRules(images_without_objects=False)
    found = evaluate(tmp_path / "masks", open_truth(truth, label_space=space, coco=rules))

    assert (found.miou, found.protocol.images_in_truth) == (1.0, 1)
    assert (
        "smaller objects on top, crowd regions: class, images without objects: left out" in found.protocol.line()
    )


def test_a_bad_annotation_is_counted_and_told(small_run: Any, tmp_path: Path) -> None:
    truth, masks = tmp_path / "truth.json", tmp_path / "masks"
    content = json.loads(small_run.truth.read_text())
    content["annotations"][1]["segmentation"] = [[1, 2, 3, 4]]
    truth.write_text(json.dumps(content))
    masks.mkdir()
    for number, size in enumerate([(48, 64), (64, 48), (48, 64), (40, 40)], 1):
        Image.fromarray(np.zeros(size, dtype=np.uint8)).save(masks / f"{number:012}.png")
    run = CliRunner()

    done = run.invoke(app, ["evaluate", str(masks), "--truth", str(truth)])

    assert done.exit_code == ExitCode.OK, done.output
    assert "images without objects: scored, 1 annotation without a usable mask skipped; coco@" in done.stdout
    assert "1 annotation was skipped in the truth (--strict refuses them); the first: " in done.stderr
    assert "truth.json: annotations[1]: segmentation: got a polygon [1, 2, 3, 4]" in done.stderr
    page = tmp_path / "page.html"
    for told in (["evaluate", str(masks)], ["report", str(masks), "-o", str(page)]):
        done = run.invoke(app, [*told, "--truth", str(truth), "--strict"])
        assert (done.exit_code, "annotations[1]" in done.stderr) == (ExitCode.FAILURE, True)
    done = run.invoke(app, ["report", str(masks), "-o", str(page), "--truth", str(truth)])
    assert "1 annotation was skipped in the truth" in page.read_text()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], r"masks: got no file \*\.png, expected masks of the truth's images, such as a\.png"),
        (["x"], r"masks: got masks such as x\.png, expected masks of the truth's images"),
        (["a"], "not one mask can be scored; the first reason is: .*a.png: got 1 x 1 pixels, expected 2 x 1"),
    ],
)
def test_a_folder_that_has_nothing_to_score_is_refused(
    tmp_path: Path, space: LabelSpace, save: Save, files: list[str], message: str
) -> None:
    save("truth/a", [[0, 1]])
    (tmp_path / "masks").mkdir()
    for name in files:
        save(f"masks/{name}", [[0]])

    with pytest.raises(InputError, match=message):
        evaluate(tmp_path / "masks", open_truth(tmp_path / "truth", label_space=space))


def test_black_and_white_masks_are_refused(tmp_path: Path, space: LabelSpace, save: Save) -> None:
    save("truth/a", [[0, 1, 1]])
    save("masks/a", [[0, 255, 255]])
    with pytest.raises(InputError, match=r"masks: got masks of the values 0 and 255 alone, .*Is 255 the object\?"):
        evaluate(tmp_path / "masks", open_truth(tmp_path / "truth", label_space=space))


def test_masks_in_sub_folders_are_those_of_the_images_there(tmp_path: Path, space: LabelSpace, save: Save) -> None:
    for folder in ("truth", "masks"):
        (tmp_path / folder).mkdir()
        save(f"{folder}/cam1/0001", [[0, 1]])
        save(f"{folder}/cam2/0001", [[0, 2]])
    truth = open_truth(tmp_path / "truth", label_space=space)

    assert truth.keys() == ["cam1/0001", "cam2/0001"]
    assert evaluate(tmp_path / "masks", truth).miou == 1.0
    # A list of images may leave the folder out where no other image has the name.
    with pytest.raises(InputError, match=r"got image '0001', expected .* such as 'cam1/0001' or 'cam2/0001'"):
        truth.restricted_to(["0001"])
    save("truth/cam2/0002", [[0, 2]])
    assert open_truth(tmp_path / "truth", label_space=space).restricted_to(["0002"]).keys() == ["cam2/0002"]


def test_a_list_of_images_has_names_with_spaces(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("IMG 0001\n  cam1/0002\t\n")
    assert read_image_list(tmp_path / "list.txt") == ["IMG 0001", "cam1/0002"]


def test_a_missing_folder_and_no_process(folders: tuple[Path, Path], space: LabelSpace, tmp_path: Path) -> None:
    truth = open_truth(folders[1], label_space=space)
    with pytest.raises(InputError, match="got no folder, expected one with masks"):
        evaluate(tmp_path / "nowhere", truth)
    with pytest.raises(UsageError, match="got 0 processes"):
        evaluate(folders[0], truth, processes=0)


def test_stems_of_a_large_truth_are_found_by_one_look_at_its_keys(space: LabelSpace, tmp_path: Path) -> None:
    looks: list[None] = []

    class Entries(dict[str, Path]):
        def __iter__(self) -> Iterator[str]:
            looks.append(None)
            return super().__iter__()

    (tmp_path / "a.png").touch()
    truth = open_truth(tmp_path, label_space=space)
    truth._entries = Entries({f"cam{number % 3}/{number:04}": tmp_path for number in range(300)})
    stems = [f"{number:04}" for number in range(0, 300, 2)]
    assert truth.restricted_to(stems).keys() == sorted(f"cam{int(stem) % 3}/{stem}" for stem in stems)
    assert len(looks) == 1
