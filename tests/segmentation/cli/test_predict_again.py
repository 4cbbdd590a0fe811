"""`capseg predict` into a folder that holds masks already: what stays, what is made, what is said of it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmentation.data.masks import read_index_mask, write_index_mask
from segmentation.masks.overlay import with_caption, with_key
from shared_runtime.errors import ExitCode
from tests.segmentation.cli.test_predict_command import content, predict


def test_what_is_there_is_not_done_again(small_run: Any, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    command = (images, "-o", output, "--classes", "apple", "--rle", tmp_path / "all.json")
    assert predict(small_run, *command).exit_code == ExitCode.OK
    whole, results = content(output), (tmp_path / "all.json").read_bytes()
    (output / "000000000003.png").unlink()
    (output / "000000000001.png").write_bytes(whole["000000000002.png"])
    again = predict(small_run, *command)
    assert ": 1 mask written, 3 were already there; refinement: none\n" in again.stdout
    assert (output / "000000000001.png").read_bytes() == whole["000000000002.png"]
    (output / "000000000001.png").unlink()
    assert predict(small_run, *command).exit_code == ExitCode.OK
    assert content(output) == whole
    assert (tmp_path / "all.json").read_bytes() == results


def test_an_overlay_that_is_asked_for_later_shows_the_mask_that_is_there(
    small_run: Any, images: Path, tmp_path: Path
) -> None:
    output = tmp_path / "masks"
    command = (images, "-o", output, "--classes", "apple", "--overlay")
    predict(small_run, *command)
    drawn = content(output / "overlays")
    shutil.rmtree(output / "overlays")
    mask = read_index_mask(output / "000000000001.png", 81)
    write_index_mask(output / "000000000001.png", np.full_like(mask, 7))
    write_index_mask(output / "000000000004.png", mask[:2, :2])
    whole = content(output)
    later = predict(small_run, *command)
    assert ": 0 masks written, 4 were already there" in later.stdout
    overlays = content(output / "overlays")
    assert {name: data for name, data in content(output).items() if "overlays" not in name} == whole
    assert [name for name in sorted(drawn) if overlays.get(name) != drawn[name]] == [
        "000000000001.jpg",
        "000000000004.jpg",
    ]
    assert "000000000004.jpg" not in overlays


def test_an_overlay_is_drawn_again_where_its_mask_was_mended(small_run: Any, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    command = (images, "-o", output, "--classes", "apple", "--overlay")
    predict(small_run, *command)
    drawn = {path.name: path.stat().st_mtime_ns for path in (output / "overlays").iterdir()}
    mask = read_index_mask(output / "000000000001.png", 81)
    write_index_mask(output / "000000000001.png", np.zeros_like(mask))
    predict(small_run, *command)
    again = {path.name: path.stat().st_mtime_ns for path in (output / "overlays").iterdir()}
    assert [name for name in sorted(drawn) if again[name] != drawn[name]] == ["000000000001.jpg"]


def test_the_picture_of_an_empty_mask_says_so() -> None:
    mask, picture = np.zeros((240, 320), np.uint8), Image.new("RGB", (320, 240), "white")
    expected = with_caption(picture.copy(), "nothing found")
    assert np.asarray(expected).min() == 0
    assert with_key(picture.copy(), mask, ["apple"]) == expected
    mask[:100] = 1
    assert with_key(picture.copy(), mask, ["apple"]) != expected


@pytest.mark.parametrize("end", [0, 4, 40])
def test_a_mask_that_is_empty_or_cut_off_is_made_again(
    small_run: Any, images: Path, tmp_path: Path, end: int
) -> None:
    output = tmp_path / "masks"
    command = (images, "-o", output, "--classes", "apple")
    predict(small_run, *command)
    whole = content(output)
    (output / "000000000003.png").write_bytes(whole["000000000003.png"][:end])
    # A picture as another program writes it is no damage.
    mask = read_index_mask(output / "000000000002.png", 81)
    (output / "000000000002.png").write_bytes(whole["000000000002.png"] + b"and more")
    assert ": 1 mask written, 3 were already there" in predict(small_run, *command).stdout
    assert (output / "000000000003.png").read_bytes() == whole["000000000003.png"]
    np.testing.assert_array_equal(read_index_mask(output / "000000000002.png", 81), mask)


def test_the_first_images_can_be_tried_and_the_others_follow(small_run: Any, images: Path, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    command = (images, "-o", output, "--classes", "apple")
    few = predict(small_run, *command, "--limit", "2")
    assert ": 2 masks written; refinement: none\n" in few.stdout
    assert sorted(path.stem for path in output.glob("*.png")) == ["000000000001", "000000000002"]
    rest = predict(small_run, *command)
    assert ": 2 masks written, 2 were already there; refinement: none\n" in rest.stdout
    # What is found is counted over the masks that are written.
    masks = [read_index_mask(output / f"00000000000{number}.png", 81) for number in (3, 4)]
    with_apple = sum(bool(mask.any()) for mask in masks)
    parts = {f"apple in {with_apple}": with_apple, f"no class in {2 - with_apple}": 2 - with_apple}
    found = "; ".join(part for part, number in parts.items() if number)
    assert rest.stdout.splitlines()[1] == f"found, by images: {found}"


def test_what_a_folder_says_of_earlier_images_stays(small_run: Any, images: Path, tmp_path: Path) -> None:
    output, more = tmp_path / "masks", tmp_path / "more"
    shutil.copytree(images, more)
    (images / "000000000002.png").write_bytes(b"no image")
    (more / "bad.png").write_bytes(b"neither")

    def told(*command: object) -> tuple[list[str], list[str]]:
        predict(small_run, *command, "-o", output)
        path = output / "rejected.jsonl"
        rows = path.read_text().splitlines() if path.is_file() else ()
        noted = json.loads((output / "run.json").read_text())["notes"]["images"]
        return [json.loads(row)["file_name"] for row in rows], noted

    classes = ("--classes", "apple")
    assert told(images, *classes) == (["000000000002.png"], [str(images)])
    assert told(more / "bad.png", *classes) == (
        ["000000000002.png", "bad.png"],
        [str(images), str(more / "bad.png")],
    )
    assert told(more, *classes)[1] == [str(images), str(more)]
    assert told(images / "000000000001.png", *classes, "--overwrite")[0] == ["bad.png"]
    # Other options, which made none of the other masks.
    assert told(more / "bad.png", "--classes", "pizza", "--overwrite") == (["bad.png"], [str(more / "bad.png")])


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_images_that_are_gone_are_no_longer_rejected(
    small_run: Any, images: Path, tmp_path: Path, overwrite: tuple[str, ...]
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for folder in (images, more):
        (folder / f"bad-{folder.name}.png").write_bytes(b"no image")
    (more / "also-bad.png").write_bytes(b"neither")
    command = ("-o", tmp_path / "masks", "--classes", "apple")
    predict(small_run, more, *command)
    assert predict(small_run, images, *command).exit_code == ExitCode.PARTIAL
    (images / "bad-images.png").unlink()
    (more / "also-bad.png").unlink()
    assert predict(small_run, images, *command, *overwrite).exit_code == ExitCode.OK
    rows = (tmp_path / "masks" / "rejected.jsonl").read_text().splitlines()
    assert [json.loads(row)["file_name"] for row in rows] == ["bad-more.png"]


def test_every_image_that_was_given_is_noted(small_run: Any, images: Path, tmp_path: Path) -> None:
    def noted(*given: Path) -> list[Path]:
        assert predict(small_run, *given, "-o", tmp_path / "masks", "--classes", "apple").exit_code == ExitCode.OK
        return [*map(Path, json.loads((tmp_path / "masks" / "run.json").read_text())["notes"]["images"])]

    first, second, third = (images / f"{number:012}.png" for number in (1, 2, 3))
    assert noted(first) == [first]
    assert noted(second) == [first, second]
    assert noted(third, first) == [second, third, first]
    below = images / "of.png"
    below.mkdir()
    shutil.copy(first, below / "more.png")
    assert noted(below) == [second, third, first, below]
    # The masks of the folder below have other names now.
    assert noted(images) == [below, images]
    assert noted(second) == [below, images, second]


def test_trying_the_first_images_keeps_what_is_said_of_the_others(
    small_run: Any, images: Path, tmp_path: Path
) -> None:
    (images / "000000000004.png").write_bytes(b"no image")
    command = (images, "-o", tmp_path / "masks", "--classes", "apple")
    predict(small_run, *command)
    rejected = tmp_path / "masks" / "rejected.jsonl"
    told = rejected.read_text()
    assert predict(small_run, *command, "--limit", "1").exit_code == ExitCode.OK
    assert rejected.read_text() == told
    shutil.copy(images / "000000000001.png", images / "000000000004.png")
    predict(small_run, *command)
    assert not rejected.exists()


@pytest.mark.parametrize("with_labels", [False, True])
def test_results_hold_all_masks_of_the_folder(
    small_run: Any, images: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, with_labels: bool
) -> None:
    rle = tmp_path / "all.jsonl"
    common = ("-o", tmp_path / "masks", "--rle", rle)
    common += ("--labels", small_run.labels) if with_labels else ("--classes", "apple,pizza,dog,car")
    predict(small_run, images, *common)
    whole = sorted(rle.read_text().splitlines())
    assert len(whole) > 1
    for given in ((images / "000000000001.png",), (images, "--limit", "1")):
        predict(small_run, *given, *common)
        assert sorted(rle.read_text().splitlines()) == whole
    (images / "000000000003.png").unlink()
    predict(small_run, images / "000000000001.png", *common)
    assert "all.jsonl: without 1 mask whose image is not there (such as 000000000003)" in caplog.text
    assert 0 < len(rle.read_text().splitlines()) < len(whole)
