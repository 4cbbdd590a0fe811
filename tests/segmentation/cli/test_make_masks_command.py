"""`capseg make-masks` and `capseg evaluate` as they are typed."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from segmentation.cli import app
from segmentation.data.masks import read_index_mask
from segmentation.masks import run
from segmentation.masks.options import MaskOptions
from segmentation.masks.run import MaskInputs
from segmentation.runs.trained import open_trained
from shared_runtime.errors import ExitCode


def capseg(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="capseg")


def make_masks(small_run: Any, output: Path, *more: object) -> Result:
    common = ("--images", small_run.images, "--labels", small_run.labels, "-o", output)
    return capseg("make-masks", small_run.run, *common, "--device", "cpu", "--processes", "1", *more)


def test_masks_then_scores(small_run: Any, tmp_path: Path) -> None:
    made = make_masks(
        small_run, tmp_path / "masks", "--refine", "mean-field", "--scales", "0.5,1", "--flip", "--json"
    )
    assert made.exit_code == ExitCode.OK, made.output
    summary = json.loads(made.stdout)
    assert (summary["written"], summary["present"], summary["rejected"]) == (4, 0, 0)
    assert summary["options"]["scales"] == [0.5, 1.0]
    assert summary["options"]["flip"] is True

    scored = capseg("evaluate", tmp_path / "masks", "--truth", small_run.truth, "--json")
    assert scored.exit_code == ExitCode.OK, scored.output
    evaluation = json.loads(scored.stdout)
    assert evaluation["protocol"]["images_scored"] == 4
    assert 0 <= evaluation["miou"] <= 1

    table = capseg("evaluate", tmp_path / "masks", "--truth", small_run.truth)
    lines = table.stdout.splitlines()
    assert lines[0].split() == ["class", "IoU", "precision", "recall", "share", "of", "truth"]
    assert lines[1].startswith("background")
    (mean,) = (line for line in lines if line.startswith("mean"))
    assert mean.split()[1] == f"{evaluation['miou']:.3f}".removeprefix("0")
    assert "one confusion matrix" in lines[-1]


def test_masks_are_shown_over_their_images_where_asked_for(small_run: Any, tmp_path: Path) -> None:
    output = tmp_path / "masks"
    plain = make_masks(small_run, output, "--refine", "none")
    assert ": 4 masks written; refinement: none\n" in plain.stdout
    masks = {path.name: path.read_bytes() for path in output.glob("*.png")}
    made = make_masks(small_run, output, "--refine", "none", "--overlay")
    # Of the masks that are there.
    shown = f"refinement: none; over the images in {output / 'overlays'}\n"
    assert made.stdout == f"{output}: 0 masks written, 4 were already there; {shown}"
    assert {path.name: path.read_bytes() for path in output.glob("*.png")} == masks
    overlays = sorted((output / "overlays").iterdir())
    assert [path.stem for path in overlays] == sorted(Path(name).stem for name in masks)
    again = make_masks(small_run, output, "--refine", "none", "--overlay")
    assert ": 0 masks written, 4 were already there; refinement: none; " in again.stdout
    # Masks that other options make have no pictures of the old ones beside them.
    anew = make_masks(small_run, output, "--refine", "none", "--flip", "--overwrite")
    assert anew.exit_code == ExitCode.OK, anew.output
    assert not [*(output / "overlays").iterdir()]


def test_quiet_says_nothing(small_run: Any, tmp_path: Path) -> None:
    made = make_masks(small_run, tmp_path / "masks", "--refine", "none", "--quiet")
    assert (made.exit_code, made.output) == (ExitCode.OK, "")
    assert len([*(tmp_path / "masks").glob("*.png")]) == 4


def test_the_refinement_is_said(small_run: Any, tmp_path: Path) -> None:
    first = make_masks(small_run, tmp_path / "masks", "--refine", "mean-field", "--crf-preset", "irn")
    assert ": 4 masks written; refinement: mean-field, preset irn\n" in first.stdout
    again = make_masks(small_run, tmp_path / "masks", "--refine", "mean-field", "--crf-preset", "irn")
    assert ": 0 masks written, 4 were already there; refinement: mean-field, preset irn\n" in again.stdout


def test_a_bad_image_makes_the_exit_code_partial(small_run: Any, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in small_run.images.iterdir():
        (images / path.name).write_bytes(path.read_bytes())
    (images / "000000000002.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    made = make_masks(small_run._replace(images=images), tmp_path / "masks", "--refine", "none")
    assert made.exit_code == ExitCode.PARTIAL
    assert ": 3 masks written; refinement: none\n" in made.stdout
    assert "no mask: 000000000002.png" in made.stderr
    assert (tmp_path / "masks" / "rejected.jsonl").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scales", "1,x"), "--scales: got 'x'"),
        (("--gamma", "2"), "--gamma: got 2.0"),
        (("--processes", "0"), "'--processes': got '0', expected greater than or equal to 1"),
        (("--gamma", "abc"), "'--gamma': got 'abc', expected a valid number"),
        (("--conversion", "midpoint"), "--conversion: got 'midpoint': its scores are no shares; give"),
        (("--input-size", "huge"), "--input-size: got 'huge'"),
        (("--input-size", "100000"), "--input-size: got 100000, expected less than or equal to 8192"),
        (("--scales", "1000"), "--scales: got '1000', expected less than or equal to 10"),
        (("--background-logit", "nan"), "--background-logit: got nan"),
        (("--background-logit", "inf"), "--background-logit: got inf"),
        (("--alpha", "inf"), "--alpha: got inf"),
        (("--alpha", "1e308"), "--alpha: got 1e+308"),
        (("--sharpness", "inf"), "--sharpness: got inf"),
    ],
)
def test_impossible_options_name_the_option(
    small_run: Any, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    made = make_masks(small_run, tmp_path / "masks", *arguments)
    assert made.exit_code == ExitCode.USAGE
    assert message in made.stderr


def test_a_folder_without_a_run(small_run: Any, tmp_path: Path) -> None:
    made = make_masks(small_run._replace(run=tmp_path), tmp_path / "masks", "--refine", "none")
    assert made.exit_code == ExitCode.FAILURE
    assert "is not the folder of a run" in made.stderr
    (tmp_path / "config.json").write_text("{}")
    made = make_masks(small_run._replace(run=tmp_path), tmp_path / "masks", "--refine", "none")
    assert "got a saved model (with config.json), expected the folder of a run" in made.stderr
    assert f"capseg predict IMAGES --model {tmp_path}" in made.stderr


def test_a_voc_folder_is_a_truth_too(small_run: Any, tmp_path: Path) -> None:
    make_masks(small_run, tmp_path / "masks", "--refine", "none")
    scored = capseg(
        "evaluate", tmp_path / "masks", "--truth", tmp_path / "masks", "--label-space", "coco", "--json"
    )
    assert json.loads(scored.stdout)["miou"] == 1.0


def test_masks_of_other_images_are_told_from_those_of_the_truth(small_run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "other.png").write_bytes(b"")
    scored = capseg("evaluate", folder, "--truth", small_run.truth)
    assert scored.exit_code == ExitCode.FAILURE
    assert "expected masks of the truth's images" in scored.stderr


def test_the_installed_command_with_worker_processes(small_run: Any, tmp_path: Path) -> None:
    made = make_masks(small_run, tmp_path / "one", "--refine", "mean-field")
    assert made.exit_code == ExitCode.OK
    command = [Path(sys.executable).with_name("capseg"), "make-masks", small_run.run, "-o", tmp_path / "two"]
    command += ["--images", small_run.images, "--labels", small_run.labels, "--refine", "mean-field"]
    subprocess.run([*map(str, command), "--device", "cpu", "--processes", "2"], check=True, capture_output=True)
    masks = sorted(path.name for path in (tmp_path / "one").glob("*.png"))
    assert len(masks) == 4
    for name in masks:
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


def test_labels_that_are_not_believed_get_no_part_of_the_mask(small_run: Any, tmp_path: Path) -> None:
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    for entry in records:
        entry["foreground"][0]["confidence"] = 0.4
    (tmp_path / "labels.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in records))
    doubting = small_run._replace(labels=tmp_path / "labels.jsonl")
    made = make_masks(doubting, tmp_path / "masks", "--refine", "none", "--min-confidence", "0.5")
    assert made.exit_code == ExitCode.OK
    # What is left is grass.
    masks = [read_index_mask(path, 81) for path in sorted((tmp_path / "masks").glob("*.png"))]
    assert [mask.max() for mask in masks] == [0, 0, 0, 0]


def test_the_first_images_can_be_tried(small_run: Any, tmp_path: Path) -> None:
    output, common = tmp_path / "masks", ("--refine", "none", "--limit", "2")
    assert ": 2 masks written; " in make_masks(small_run, output, *common, "--no-consensus").stdout
    assert sorted(path.stem for path in output.glob("*.png")) == ["000000000001", "000000000002"]
    whole = make_masks(small_run, output, "--refine", "none", "--no-consensus")
    assert ": 2 masks written, 2 were already there; " in whole.stdout


def test_a_consensus_of_the_first_images_is_not_that_of_all(small_run: Any) -> None:
    inputs, options = MaskInputs(small_run.run, [small_run.images], small_run.labels), MaskOptions()
    trained = open_trained(small_run.run)
    resolved = options.resolved(trained.traits)
    records = [
        run._record(
            replace(inputs, limit=limit), trained, resolved.model_copy(update={"consensus": consensus}), None
        )
        for limit, consensus in ((None, True), (2, True), (2, False))
    ]
    assert [record.samples.get("limit") for record in records] == [None, 2, None]
