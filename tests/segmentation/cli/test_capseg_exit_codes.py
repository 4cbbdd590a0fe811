"""What both long commands say of images that were left out: nothing, "partial", or that the run failed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from segmentation.cli import app
from segmentation.cli.outcome import outcome
from shared_runtime.errors import ExitCode
from tests.segmentation.conftest import SmallRun
from tests.segmentation.localization.test_localizer_runs import run as train

COMMANDS = ("train-localizer", "make-masks")


def call(command: str, paths: SmallRun, output: Path, *more: str) -> Result:
    if command == "train-localizer":
        done: Result = train(paths, output, *more)
        return done
    arguments = ["--images", str(paths.images), "--labels", str(paths.labels), "-o", str(output)]
    arguments += ["--device", "cpu", "--processes", "1", "--refine", "none"]
    return CliRunner().invoke(app, ["make-masks", str(paths.run), *arguments, *more])


def few_images(paths: SmallRun, folder: Path, names: tuple[str, ...]) -> SmallRun:
    """The run with images of these numbers alone."""
    folder.mkdir()
    for path in paths.images.iterdir():
        if path.stem[-1] in names:
            (folder / path.name).write_bytes(path.read_bytes())
    return paths._replace(images=folder)


@pytest.mark.parametrize("command", COMMANDS)
def test_images_whose_captions_name_no_class_are_no_fault(
    command: str, small_run: SmallRun, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.jsonl"
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    records[1] |= {"foreground": [], "background": []}
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    done = call(command, small_run._replace(labels=labels), tmp_path / "output")
    assert done.exit_code == ExitCode.OK, done.output
    assert "1 image has no class in the labels" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_where_most_images_are_missing_nothing_is_begun(command: str, small_run: SmallRun, tmp_path: Path) -> None:
    paths = few_images(small_run, tmp_path / "images", ("1",))
    done = call(command, paths, tmp_path / "output")
    assert done.exit_code == ExitCode.FAILURE
    assert (
        "got 1 usable image of 4 (3 missing-image), expected most of them; line 2: 000000000002.png" in done.stderr
    )
    assert "--allow-missing" in done.stderr
    assert not (tmp_path / "output").exists()
    assert call(command, paths, tmp_path / "output", "--allow-missing").exit_code == ExitCode.OK


@pytest.mark.parametrize("command", COMMANDS)
def test_some_missing_images_are_partial(command: str, small_run: SmallRun, tmp_path: Path) -> None:
    done = call(command, few_images(small_run, tmp_path / "images", ("1", "3")), tmp_path / "output")
    assert done.exit_code == ExitCode.PARTIAL


@pytest.mark.parametrize("command", COMMANDS)
def test_where_most_images_are_unreadable_the_run_failed(
    command: str, small_run: SmallRun, tmp_path: Path
) -> None:
    paths = few_images(small_run, tmp_path / "images", ("1", "2", "3", "4"))
    for number in (2, 3, 4):
        (paths.images / f"{number:012}.png").write_bytes(b"no image")
    done = call(command, paths, tmp_path / "output")
    assert done.exit_code == ExitCode.FAILURE
    assert "1 of 4 images" in done.stderr


def test_all_rejected_is_a_failure(small_run: SmallRun, tmp_path: Path) -> None:
    paths = few_images(small_run, tmp_path / "images", ("1", "2", "3", "4"))
    for path in paths.images.iterdir():
        path.write_bytes(b"no image")
    done = call("make-masks", paths, tmp_path / "output")
    assert done.exit_code == ExitCode.FAILURE
    assert "holds masks of 0 of 4 images. Mend what rejected.jsonl names, and run the same" in done.stderr


def test_the_outcome() -> None:
    assert outcome(40, 0) == outcome(0, 0) == ExitCode.OK
    assert outcome(39, 1) == outcome(20, 20) == ExitCode.PARTIAL
    assert outcome(1, 39) == outcome(0, 1) == ExitCode.FAILURE
