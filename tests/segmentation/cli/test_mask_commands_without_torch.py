"""What makes, scores and shows masks starts, and fails, without torch: it takes seconds to import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation.data.masks import write_index_mask
from shared_runtime.errors import ExitCode
from tests.forked import Done, Forks


@pytest.fixture
def run_without_torch(forked_capseg: Forks) -> Callable[..., Done]:
    """`capseg` in a process of its own, which must not have imported torch in the end."""

    def run(*arguments: object) -> Done:
        done = forked_capseg(*arguments)
        assert not done.imported_torch, done.stderr
        return done

    return run


@pytest.mark.parametrize(
    "command", ["make-masks", "predict", "evaluate", "evaluate-labels", "report", "truth-labels", "synthesize"]
)
def test_help(run_without_torch: Callable[..., Done], command: str) -> None:
    assert run_without_torch(command, "--help").returncode == ExitCode.OK


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """A mask of another program."""
    folder = tmp_path / "masks"
    folder.mkdir()
    write_index_mask(folder / "000000000001.png", np.zeros((48, 64), dtype=np.uint8))
    return folder


def test_masks_are_scored(run_without_torch: Callable[..., Done], small_run: Any, masks: Path) -> None:
    for processes in (1, 2):
        scored = run_without_torch("evaluate", masks, "--truth", small_run.truth, "--processes", processes)
        assert scored.returncode == ExitCode.OK
        assert "one confusion matrix" in scored.stdout


def test_masks_of_other_programs_are_shown(
    run_without_torch: Callable[..., Done], small_run: Any, masks: Path, tmp_path: Path
) -> None:
    shown = run_without_torch("report", masks, "--truth", small_run.truth, "-o", tmp_path / "report.html")
    assert shown.returncode == ExitCode.OK


def test_truth_becomes_labels_and_worlds_are_drawn(
    run_without_torch: Callable[..., Done], small_run: Any, tmp_path: Path
) -> None:
    written = run_without_torch("truth-labels", small_run.truth, "-o", tmp_path / "labels.jsonl")
    assert written.returncode == ExitCode.OK
    assert run_without_torch("synthesize", tmp_path / "world", "--images", 1).returncode == ExitCode.OK


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--gamma": "2"}, "--gamma: got 2.0"),
        ({"--refine": "graph-cut"}, "'graph-cut' is not one of"),
        ({"run": "nowhere"}, "is not the folder of a run"),
        ({"run": "of-another-kind"}, "is a run of make-masks, not of train-localizer"),
        ({"run": "unfinished"}, "is not finished"),
        ({"--labels": "nowhere.jsonl"}, "nowhere.jsonl: cannot be read"),
        ({"--images": "nowhere"}, "expected a folder of images"),
        ({"-o": "of-another-kind/run.json"}, "a file is in the way"),
        ({"-o": "unfinished"}, "is the folder of a run of train-localizer"),
    ],
)
def test_what_is_wrong_with_making_masks_is_told(
    run_without_torch: Callable[..., Done], small_run: Any, tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    for command, folder in (("make-masks", "of-another-kind"), ("train-localizer", "unfinished")):
        (tmp_path / folder).mkdir()
        record = f'{{"command": "{command}", "config": {{}}, "samples": {{}}}}'
        (tmp_path / folder / "run.json").write_text(record)
    given = {
        "run": str(small_run.run),
        "--images": str(small_run.images),
        "--labels": str(small_run.labels),
        "-o": str(tmp_path / "masks"),
        "--refine": "none",
    }
    given |= {
        name: value if name in ("--gamma", "--refine") else str(tmp_path / value)
        for name, value in changed.items()
    }
    run = given.pop("run")
    failed = run_without_torch("make-masks", run, *(part for option in given.items() for part in option))
    assert failed.returncode in (ExitCode.USAGE, ExitCode.FAILURE)
    assert message in failed.stderr


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_truth_that_is_not_there_is_told(
    run_without_torch: Callable[..., Done], masks: Path, tmp_path: Path, command: str
) -> None:
    output = ["-o", tmp_path / "report.html"] if command == "report" else []
    failed = run_without_torch(command, masks, "--truth", tmp_path / "nowhere", *output)
    assert failed.returncode == ExitCode.FAILURE
    assert "got nothing there" in failed.stderr


def test_what_is_wrong_with_predictions_is_told(
    run_without_torch: Callable[..., Done], small_run: Any, tmp_path: Path
) -> None:
    common = ("predict", small_run.images, "-o", tmp_path / "masks", "--model")
    for more, message in (
        ((tmp_path / "nowhere",), "got nothing there, expected the folder of a finished run"),
        ((small_run.run,), "--classes or --labels on the command line"),
        ((small_run.run, "--classes", "aple"), "Did you mean 'apple'?"),
        ((small_run.run, "--classes", "apple", "--scales", "0"), "--scales: got '0'"),
    ):
        failed = run_without_torch(*common, *more)
        assert failed.returncode in (ExitCode.USAGE, ExitCode.FAILURE)
        assert message in failed.stderr
