"""Long commands show how far they are before their first step or image is done, and then at once."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from segmentation.cli import app
from shared_runtime.command_line import progress
from tests.segmentation.conftest import SmallRun
from tests.segmentation.localization.test_localizer_runs import run as train


@pytest.fixture(autouse=True)
def _a_line_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr("segmentation.training.loop._SECONDS_BETWEEN_SHOWS", 0.0)


def test_a_training_is_shown_step_by_step(small_run: SmallRun, tmp_path: Path) -> None:
    """The log has a line for ten steps."""
    lines = train(small_run, tmp_path / "run").stderr.splitlines()
    steps = [line.rpartition("step: ")[2] for line in lines if "step: " in line]
    assert steps == ["0 of 4", "1 of 4", "2 of 4", "3 of 4", "4 of 4"]
    assert "images/s" in lines[-2]


def test_mask_making_is_shown_from_its_study_on(small_run: SmallRun, tmp_path: Path) -> None:
    arguments = [
        "--images",
        str(small_run.images),
        "--labels",
        str(small_run.labels),
        "-o",
        str(tmp_path / "masks"),
    ]
    arguments += ["--device", "cpu", "--processes", "1", "--refine", "none", "--consensus", "--batch-size", "2"]
    lines = CliRunner().invoke(app, ["make-masks", str(small_run.run), *arguments]).stderr.splitlines()
    assert lines[:3] == ["images: 0 of 4", "images studied: 0 of 4", "images studied: 2 of 4"]
    assert lines[-1] == "images: 4 of 4"
    evaluation = ["evaluate", str(tmp_path / "masks"), "--truth", str(small_run.truth)]
    said, quiet = (CliRunner().invoke(app, [*evaluation, *more]).stderr for more in ((), ("--quiet",)))
    assert "images: 4 of 4" in said
    assert "images:" not in quiet
