"""Any task is trained in a run folder, with no code of its own for that: here a regression."""

import sys
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from segmentation.backbones.loading import read_tensors
from segmentation.experiments import catalog
from segmentation.experiments.experiment import Experiment, Labels
from segmentation.localization.config import LocalizerConfig
from segmentation.runs.folder import RunRecord
from segmentation.runs.training import TrainingJob, train_in_folder
from segmentation.training.config import MachineOptions, TrainingConfig, TrainingOptions
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas import LabelSpace
from tests.segmentation.training.conftest import NoisyPoints, Regression, StopAfter

MACHINE = MachineOptions(device="cpu", workers=0)


class RegressionConfig(TrainingConfig):
    """As a room to come would have it."""

    command: ClassVar[str] = "train-regression"

    training: TrainingOptions = TrainingOptions(epochs=3, batch_size=4, learning_rate=0.05)


def job(space: LabelSpace, config: RegressionConfig, *, stop_after: int = 1000) -> TrainingJob:
    def build(_device: torch.device) -> StopAfter:
        # The seed of the options decides what is drawn here.
        torch.rand(1)
        return StopAfter(Regression(), stop_after)

    record = RunRecord(command=config.command, config=config.model_dump(mode="json"), samples={})
    return TrainingJob(record, space, config.training, NoisyPoints(), build)


def test_a_run_is_trained_and_found_finished(space: LabelSpace, tmp_path: Path) -> None:
    report = train_in_folder(job(space, RegressionConfig()), tmp_path / "run", MACHINE)
    assert report is not None
    assert (report.first_step, report.steps) == (0, 7)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "label_space.json",
        "metrics.jsonl",
        "model.safetensors",
        "run.json",
    ]
    assert LabelSpace.model_validate_json((tmp_path / "run" / "label_space.json").read_bytes()) == space
    assert train_in_folder(job(space, RegressionConfig()), tmp_path / "run", MACHINE) is None


def test_an_interrupted_run_is_continued_to_the_same_weights(space: LabelSpace, tmp_path: Path) -> None:
    saving = MACHINE.model_copy(update={"checkpoint_minutes": 0.0})
    train_in_folder(job(space, RegressionConfig()), tmp_path / "whole", MACHINE)
    with pytest.raises(KeyboardInterrupt):
        train_in_folder(job(space, RegressionConfig(), stop_after=3), tmp_path / "parts", saving)
    report = train_in_folder(job(space, RegressionConfig()), tmp_path / "parts", MACHINE)
    assert report is not None
    assert report.first_step == 3
    whole, parts = (read_tensors(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_another_configuration_is_refused_unless_it_may_overwrite(space: LabelSpace, tmp_path: Path) -> None:
    train_in_folder(job(space, RegressionConfig()), tmp_path, MACHINE)
    other = RegressionConfig(training=TrainingOptions(epochs=1, batch_size=4))
    with pytest.raises(UsageError, match=r"config\.training\.epochs: 3 in the folder, 1 asked for"):
        train_in_folder(job(space, other), tmp_path, MACHINE)
    assert train_in_folder(job(space, other), tmp_path, MACHINE, overwrite=True) is not None


def test_a_package_that_is_missing_is_told_before_the_run_is_opened(
    space: LabelSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    logging = MACHINE.model_copy(update={"tensorboard": True})
    with pytest.raises(MissingResourceError, match="pip install tensorboard"):
        train_in_folder(job(space, RegressionConfig()), tmp_path / "run", logging)
    assert not (tmp_path / "run").exists()
    train_in_folder(job(space, RegressionConfig()), tmp_path / "run", MACHINE)
    with pytest.raises(MissingResourceError):
        train_in_folder(job(space, RegressionConfig()), tmp_path / "run", logging, overwrite=True)
    # Nothing is to be done, and nothing was lost.
    assert train_in_folder(job(space, RegressionConfig()), tmp_path / "run", logging) is None


def test_experiments_hold_any_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment(
        "points", "A regression.", RegressionConfig(weights="random"), Labels.PARSER, "nothing"
    )
    monkeypatch.setattr(catalog, "experiments", lambda: {"points": experiment})
    config = catalog.resolve_config(RegressionConfig, "points", {"training.epochs": 5})
    assert config.training.epochs == 5
    assert experiment.commands[1].startswith("capseg train-regression --images IMAGES")
    message = r"^points is an experiment of 'capseg train-regression', not of 'capseg train-localizer'$"
    with pytest.raises(UsageError, match=message):
        catalog.resolve_config(LocalizerConfig, "points", {})
