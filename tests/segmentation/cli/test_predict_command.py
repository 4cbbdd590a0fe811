"""`capseg predict` as it is typed, with a localizer that is told the classes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools.mask import decode
from typer.testing import CliRunner, Result

from segmentation.cli import app
from segmentation.data.masks import read_index_mask
from segmentation.evaluation.mask_classes import mask_classes
from shared_runtime.errors import ExitCode


def capseg(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="capseg")


def predict(small_run: Any, *arguments: object) -> Result:
    return capseg("predict", *arguments, "--model", small_run.run, "--device", "cpu", "--refine", "none")


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()
    }


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools decodes into arrays of its own kind
def test_masks_overlays_and_rle_of_a_folder(small_run: Any, images: Path, tmp_path: Path) -> None:
    (images / "more").mkdir()
    (images / "000000000004.png").rename(images / "more" / "000000000004.png")
    output, rle = tmp_path / "masks", tmp_path / "masks.jsonl"
    done = predict(small_run, images, "-o", output, "--classes", "apple, grass", "--overlay", "--rle", rle)
    assert done.exit_code == ExitCode.OK, done.output
    overlays = f"over the images in {output / 'overlays'}"
    first, found = done.stdout.splitlines()
    assert first == f"{output}: 4 masks written; refinement: none; {overlays}"
    assert found.startswith("found, by images: ")
    masks = {path.relative_to(output).as_posix() for path in output.rglob("*.png")}
    assert masks == {*(f"00000000000{n}.png" for n in (1, 2, 3)), "more/000000000004.png"}
    with (
        Image.open(output / "overlays" / "000000000002.jpg") as overlay,
        Image.open(images / "000000000002.png") as of,
    ):
        assert overlay.size == of.size
    apple = next(label for label in mask_classes(output).label_space.foreground if label.name == "apple")  # type: ignore[union-attr]
    for line in rle.read_text().splitlines():
        result = json.loads(line)
        assert result["category_id"] == apple.category_id
        mask = read_index_mask(output / result["image_id"], 81)
        np.testing.assert_array_equal(decode(result["segmentation"]), mask == apple.id)


def test_images_of_one_name_and_two_formats(small_run: Any, images: Path, tmp_path: Path) -> None:
    twice = images / "000000000001.bmp"
    twice.write_bytes((images / "000000000001.png").read_bytes())
    done = predict(small_run, images, "-o", tmp_path / "masks", "--classes", "apple")
    assert done.exit_code == ExitCode.PARTIAL
    assert "001.bmp: rename one of the two" in done.stderr


def test_masks_below_the_images_are_no_images(small_run: Any, images: Path) -> None:
    command = (images, "-o", images / "masks", "--classes", "apple", "--overlay")
    assert ": 4 masks written; refinement: none; over" in predict(small_run, *command).stdout
    assert ": 0 masks written, 4 were already there; refinement: none; " in predict(small_run, *command).stdout
    assert len([*(images / "masks").rglob("*.png")]) == 4


def test_an_image_is_looked_at_once_however_it_is_spelled(
    small_run: Any, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(images.parent)
    (images / "another.png").symlink_to(images / "000000000001.png")
    spelled = (images / "000000000001.png", Path(images.name), images / ".." / images.name)
    done = predict(small_run, *spelled, "-o", tmp_path / "masks", "--classes", "apple")
    assert done.exit_code == ExitCode.OK
    assert ": 5 masks written; refinement: none\n" in done.stdout


def test_images_inside_the_folder_of_the_masks_are_named(small_run: Any, images: Path) -> None:
    done = predict(small_run, images, "-o", images.parent, "--classes", "apple")
    assert done.exit_code == ExitCode.FAILURE
    assert "got 4 images, such as" in done.stderr
    assert "Choose another folder for the masks" in done.stderr


def test_a_folder_of_images_with_the_name_of_a_file_costs_its_images(
    small_run: Any, images: Path, tmp_path: Path
) -> None:
    (images / "label_space.json").mkdir()
    (images / "000000000004.png").rename(images / "label_space.json" / "000000000004.png")
    for more in ((), ("--overwrite",)):
        done = predict(small_run, images, "-o", tmp_path / "masks", "--classes", "apple", *more)
        assert done.exit_code == ExitCode.PARTIAL
        assert "3 masks written" in done.stdout
        assert "label_space.json/000000000004.png: its folder is named label_space.json, as a file" in done.stderr


def test_a_folder_takes_further_images_and_no_other_options(small_run: Any, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    first, second = images / "000000000001.png", images / "000000000002.png"
    assert predict(small_run, first, "-o", output, "--classes", "apple").exit_code == ExitCode.OK
    assert predict(small_run, second, "-o", output, "--classes", "apple").exit_code == ExitCode.OK
    assert len([*output.glob("*.png")]) == 2
    other = predict(small_run, second, "-o", output, "--classes", "apple", "--flip")
    assert other.exit_code == ExitCode.USAGE
    assert "config.flip: false in the folder, true asked for" in other.stderr
    other = predict(small_run, second, "-o", output, "--classes", "pizza")
    assert other.exit_code == ExitCode.USAGE
    assert "samples.classes" in other.stderr
    anew = predict(small_run, second, "-o", output, "--classes", "apple", "--flip", "--overwrite")
    assert ": 1 mask written; refinement: none\n" in anew.stdout


@pytest.mark.parametrize("damage", ["[", '{"file_name": "bad.png"}\n["bad.png"]'])
def test_a_damaged_list_of_rejected_images_is_told_before_anything_is_done(
    small_run: Any, images: Path, tmp_path: Path, damage: str
) -> None:
    command = (images, "-o", tmp_path / "masks", "--classes", "apple")
    assert predict(small_run, *command).exit_code == ExitCode.OK
    (tmp_path / "masks" / "rejected.jsonl").write_text(damage)
    before = content(tmp_path / "masks")
    refused = predict(small_run, *command)
    assert refused.exit_code == ExitCode.FAILURE
    assert "rejected.jsonl: not a list of rejected images" in refused.stderr
    assert content(tmp_path / "masks") == before
    assert predict(small_run, *command, "--overwrite").exit_code == ExitCode.OK
    assert not (tmp_path / "masks" / "rejected.jsonl").exists()


def test_bad_images_are_rejected_and_the_run_goes_on(small_run: Any, images: Path, tmp_path: Path) -> None:
    (images / "000000000002.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    done = predict(small_run, images, "-o", tmp_path / "masks", "--classes", "apple")
    assert done.exit_code == ExitCode.PARTIAL
    assert ": 3 masks written; refinement: none\n" in done.stdout
    assert "no mask: 000000000002.png" in done.stderr
    (line,) = (tmp_path / "masks" / "rejected.jsonl").read_text().splitlines()
    assert json.loads(line)["file_name"] == "000000000002.png"


def test_labels_say_which_classes_compete(small_run: Any, images: Path, tmp_path: Path) -> None:
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    records[1]["foreground"] = records[1]["background"] = []
    lines = [json.dumps(record) for record in records[:3]]
    (tmp_path / "labels.jsonl").write_text("\n".join([*lines, "{"]))
    made = capseg(
        *("make-masks", small_run.run, "--images", images, "--labels", small_run.labels),
        *("-o", tmp_path / "expected", "--refine", "none", "--no-consensus"),
    )
    assert made.exit_code == ExitCode.OK
    done = predict(small_run, images, "-o", tmp_path / "masks", "--labels", tmp_path / "labels.jsonl")
    assert done.exit_code == ExitCode.PARTIAL, done.output
    assert f"not read: {tmp_path / 'labels.jsonl'}:4" in done.stderr
    assert ": 2 masks written; refinement: none\n" in done.stdout
    reasons = [json.loads(line) for line in (tmp_path / "masks" / "rejected.jsonl").read_text().splitlines()]
    assert [line["line"] for line in reasons if "line" in line] == [4]
    by_name = {line["file_name"]: line["reason"] for line in reasons if "file_name" in line}
    assert "name no class" in by_name["000000000002.png"]
    assert by_name.keys() == {"000000000002.png"}
    assert f"1 image left out, without a record in {tmp_path / 'labels.jsonl'}\n" in done.stderr
    for number in (1, 3):
        name = f"00000000000{number}.png"
        assert (tmp_path / "masks" / name).read_bytes() == (tmp_path / "expected" / name).read_bytes()


def test_images_that_the_labels_do_not_name_are_no_failure(small_run: Any, images: Path, tmp_path: Path) -> None:
    labels, masks = tmp_path / "labels.jsonl", tmp_path / "masks"
    labels.write_text(small_run.labels.read_text().splitlines()[2] + "\n")
    done = predict(small_run, images, "-o", masks, "--labels", labels, "--limit", "1")
    assert done.exit_code == ExitCode.OK, done.output
    assert f"3 images left out, without a record in {labels}\n" in done.stderr
    assert [path.name for path in masks.glob("*.png")] == ["000000000003.png"]
    assert not (masks / "rejected.jsonl").exists()
    none = predict(small_run, images / "000000000001.png", "-o", masks, "--labels", labels)
    assert none.exit_code == ExitCode.FAILURE
    assert f"{labels}: got no record that can be used of any of 1 image, such as" in none.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--classes", "apple", "--presence", "0.5"),
            "--presence says how far the classes of --labels are believed",
        ),
        (("--classes", " ,"), "expected names of classes: --classes dog,cat"),
        (("--labels", "labels.jsonl", "--presence", "nan"), "--presence: got nan"),
        # The model is a localizer.
        (("--labels", "labels.jsonl", "--presence", "0.5"), "--presence: got 0.5, which would change nothing"),
        (("--classes", "apple", "--window", "512"), "--window: got 512, which would change nothing"),
    ],
)
def test_options_that_say_nothing_are_refused(
    small_run: Any, images: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    refused = predict(small_run, images, "-o", tmp_path / "masks", *options)
    assert refused.exit_code == ExitCode.USAGE
    assert message in refused.stderr
    assert not (tmp_path / "masks").exists()


def test_overlays_of_images_longer_than_a_jpeg_are_smaller(small_run: Any, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    sizes = {"wide": (70_000, 8), "tall": (2, 66_000), "plain": (30, 20)}
    for name, size in sizes.items():
        Image.new("RGB", size, "red").save(images / f"{name}.png")
    done = predict(small_run, images, "-o", tmp_path / "masks", "--classes", "apple", "--overlay")
    assert done.exit_code == ExitCode.OK, done.stderr
    for name, size in sizes.items():
        with (
            Image.open(tmp_path / "masks" / f"{name}.png") as mask,
            Image.open(tmp_path / "masks" / "overlays" / f"{name}.jpg") as overlay,
        ):
            assert mask.size == size
            assert overlay.size == {"wide": (65_500, 7), "tall": (1, 65_500)}.get(name, size)


def test_several_processes_write_the_same_bytes(small_run: Any, images: Path, tmp_path: Path) -> None:
    common = (images, "--classes", "apple,grass", "--overlay")
    one = predict(small_run, *common, "-o", tmp_path / "one", "--batch-size", "4")
    two = predict(small_run, *common, "-o", tmp_path / "two", "--processes", "2")
    assert (one.exit_code, two.exit_code) == (ExitCode.OK, ExitCode.OK)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_the_masks_are_scored_and_shown(small_run: Any, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    assert predict(small_run, images, "-o", output, "--classes", "apple", "--quiet").output == ""
    scored = capseg("evaluate", output, "--truth", small_run.truth, "--json")
    assert scored.exit_code == ExitCode.OK, scored.output
    assert json.loads(scored.stdout)["protocol"]["images_scored"] == 4
    page = tmp_path / "page.html"
    shown = capseg("report", output, "--truth", small_run.truth, "--images", images, "-o", page)
    assert shown.exit_code == ExitCode.OK, shown.output


@pytest.mark.parametrize(
    ("arguments", "message", "exit_code"),
    [
        (("--classes", "aple"), "Did you mean 'apple'? The 152 classes that it knows stand in", ExitCode.USAGE),
        (("--classes", "aple"), "label_space.json: person, bicycle, car, ", ExitCode.USAGE),
        ((), "--classes or --labels on the command line", ExitCode.USAGE),
        (("--classes", "apple", "--labels", "LABELS"), "Give one of them", ExitCode.USAGE),
        (("--classes", "apple", "--scales", "1,x"), "--scales: got 'x'", ExitCode.USAGE),
        (("--classes", "apple", "--scales", ""), ", such as --scales 0.75,1,1.25", ExitCode.USAGE),
        (("--classes", "apple", "--input-size", "huge"), "--input-size: got 'huge'", ExitCode.USAGE),
        (("--classes", "apple", "-o", "IMAGES"), "is a folder of images that are read", ExitCode.USAGE),
        (("--classes", "apple", "-o", "RUN"), "is the folder of a run of train-localizer", ExitCode.USAGE),
        (("--classes", "apple", "--rle", "LABELS", "--labels", "LABELS"), "Give one of them", ExitCode.USAGE),
        (("--rle", "LABELS", "--labels", "LABELS"), "is the label file", ExitCode.USAGE),
        (("--classes", "apple", "--model", "nowhere"), "got nothing there", ExitCode.FAILURE),
    ],
)
def test_what_is_wrong_is_told(
    small_run: Any,
    images: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: str,
    exit_code: ExitCode,
) -> None:
    places = {"LABELS": small_run.labels, "IMAGES": images, "RUN": small_run.run}
    given = [places.get(argument, argument) for argument in arguments]
    done = capseg(
        "predict", images, "--model", small_run.run, "-o", tmp_path / "masks", "--refine", "none", *given
    )
    assert message in done.stderr
    assert done.exit_code == exit_code
    assert not (tmp_path / "masks").exists()


def test_images_that_are_not_there_are_told(small_run: Any, tmp_path: Path) -> None:
    done = predict(small_run, tmp_path / "nowhere.jpg", "-o", tmp_path / "masks", "--classes", "apple")
    assert done.exit_code == ExitCode.FAILURE
    assert "got nothing there, expected an image" in done.stderr
    done = predict(small_run, "https://x.invalid/a.jpg", "-o", tmp_path / "masks", "--classes", "apple")
    assert "https://x.invalid/a.jpg: got a URL, expected a file" in done.stderr
    (tmp_path / "empty").mkdir()
    done = predict(small_run, tmp_path / "empty", "-o", tmp_path / "masks", "--classes", "apple")
    assert "got no image" in done.stderr


def test_without_a_model_it_says_how_to_get_one(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.prediction.opening.SHIPPED", tmp_path / "none")
    done = capseg("predict", images, "-o", tmp_path / "masks")
    assert done.exit_code == ExitCode.MISSING_RESOURCE
    assert "no model ships with this installation" in done.stderr
    assert "Name one: the folder of a finished 'capseg train-segmenter'" in done.stderr


def test_only_classes_of_another_label_space_compete(small_run: Any, images: Path, tmp_path: Path) -> None:
    """VOC has no apple: of the two that are named, the cat alone is left."""
    output = tmp_path / "masks"
    done = predict(small_run, images, "-o", output, "--classes", "apple,cat", "--only-classes-of", "voc")
    assert done.exit_code == ExitCode.OK, done.stderr
    cat = next(label.id for label in mask_classes(output).label_space.foreground if label.name == "cat")  # type: ignore[union-attr]
    seen = {int(value) for path in output.glob("*.png") for value in np.unique(read_index_mask(path, 81))}
    assert seen <= {0, cat}
    again = predict(small_run, images, "-o", output, "--classes", "apple,cat")
    assert again.exit_code == ExitCode.USAGE
    assert "samples.target" in again.stderr


@pytest.mark.parametrize(("name", "unpack"), [("shard.tar", "tar -C DIR -xf"), ("images.zip", "unzip -d DIR")])
def test_an_archive_is_to_be_unpacked(small_run: Any, tmp_path: Path, name: str, unpack: str) -> None:
    (tmp_path / name).write_bytes(b"images")
    refused = predict(small_run, tmp_path / name, "-o", tmp_path / "masks", "--classes", "apple")
    assert refused.exit_code == ExitCode.FAILURE
    assert "got an archive, expected images. Unpack it, and give DIR: " in refused.stderr
    assert f"{unpack} {tmp_path / name}" in refused.stderr
