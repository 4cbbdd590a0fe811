"""`--overwrite` with other options: what the old options made does not stay as if the new ones had made it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from segmentation.cli import app
from segmentation.data.masks import write_index_mask
from shared_runtime.errors import ExitCode

FIRST, SECOND = "000000000001.png", "000000000002.png"


def capseg(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="capseg")


def predict(small_run: Any, output: Path, names: list[str], *more: object) -> Result:
    images = [small_run.images / name for name in names]
    given = ("--model", small_run.run, "--classes", "apple", "--device", "cpu", "--refine", "none")
    return capseg("predict", *images, "-o", output, *given, *more)


def pictures(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.*g")}


def test_predictions_of_other_options_are_removed(small_run: Any, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    assert predict(small_run, output, [FIRST, SECOND], "--overlay").exit_code == ExitCode.OK
    (output / "mine").mkdir()
    shutil.copyfile(small_run.images / FIRST, output / "mine" / "photo.png")
    anew = predict(small_run, output, [SECOND], "--flip", "--overwrite")
    assert anew.exit_code == ExitCode.OK
    # Neither the mask of the other image, nor the picture of either old mask; what somebody put there stays.
    assert pictures(output) == {SECOND, "mine/photo.png"}
    both = predict(small_run, output, [FIRST, SECOND], "--flip")
    assert ": 1 mask written, 1 was already there; refinement: none\n" in both.stdout


def test_predictions_of_the_same_options_stay(small_run: Any, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    assert predict(small_run, output, [FIRST, SECOND]).exit_code == ExitCode.OK
    assert predict(small_run, output, [SECOND], "--overwrite").exit_code == ExitCode.OK
    assert pictures(output) == {FIRST, SECOND}


def test_what_is_removed_of_other_images_is_told(
    small_run: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    predict(small_run, tmp_path / "masks", [FIRST, SECOND])
    predict(small_run, tmp_path / "masks", [SECOND], "--flip", "--overwrite")
    assert "1 mask of other images removed, made with other options (such as 000000000001)" in caplog.text


def test_pseudo_masks_of_other_labels_are_removed(small_run: Any, tmp_path: Path) -> None:
    output = tmp_path / "masks"

    def make(labels: Path, *more: str) -> Result:
        given = ("--images", small_run.images, "--labels", labels, "-o", output, "--refine", "none")
        return capseg("make-masks", small_run.run, *given, "--device", "cpu", "--processes", "1", *more)

    assert make(small_run.labels).exit_code == ExitCode.OK
    fewer = tmp_path / "labels.jsonl"
    fewer.write_text("".join(small_run.labels.read_text().splitlines(keepends=True)[:2]))
    assert make(fewer, "--overwrite").exit_code == ExitCode.OK
    assert pictures(output) == {FIRST, SECOND}


def test_masks_of_a_killed_start_are_not_beside_the_new_record(
    small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "masks"
    predict(small_run, output, [FIRST])
    before = (output / "run.json").read_bytes()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("segmentation.masks.places.remove_masks", killed)
    assert predict(small_run, output, [FIRST], "--flip", "--overwrite").exit_code != ExitCode.OK
    assert (output / "run.json").read_bytes() == before


def test_an_import_starts_over(tmp_path: Path) -> None:
    for name, keys in (("one", ("a", "b")), ("other", ("b",))):
        for key in keys:
            (tmp_path / name).mkdir(exist_ok=True)
            write_index_mask(tmp_path / name / f"{key}.png", np.full((4, 6), len(keys), np.uint8))
    call = ("-o", tmp_path / "masks", "--label-space", "coco", "--quiet")
    assert capseg("import", tmp_path / "one", *call).exit_code == ExitCode.OK
    refused = capseg("import", tmp_path / "other", *call)
    assert refused.exit_code == ExitCode.USAGE
    assert "--overwrite to start over" in refused.stderr
    assert capseg("import", tmp_path / "other", *call, "--overwrite").exit_code == ExitCode.OK
    assert pictures(tmp_path / "masks") == {"b.png"}
    with Image.open(tmp_path / "masks" / "b.png") as mask:
        assert np.unique(np.asarray(mask)).tolist() == [1]
    assert json.loads((tmp_path / "masks" / "run.json").read_text())["samples"]["masks"] == 1


def test_an_import_is_not_made_inside_its_source_nor_around_it(tmp_path: Path) -> None:
    source = tmp_path / "masks" / "corrected"
    source.mkdir(parents=True)
    write_index_mask(source / "a.png", np.zeros((4, 6), np.uint8))
    for output in (tmp_path / "masks", source, source / "more"):
        refused = capseg("import", source, "-o", output, "--label-space", "coco", "--overwrite")
        assert refused.exit_code == ExitCode.USAGE
        assert "lie in one another" in refused.stderr
