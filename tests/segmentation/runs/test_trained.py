"""What commands trained, opened by the one table."""

import json
from pathlib import Path

import pytest

from segmentation.experiments.catalog import experiments
from segmentation.runs.trained import OPENED_AS, model_class, open_trained
from shared_runtime.errors import InputError
from tests.segmentation.conftest import SmallRun


def test_a_finished_run_is_opened_by_the_room_that_trained_it(small_run: SmallRun) -> None:
    trained = open_trained(small_run.run)
    assert trained.config.command == "train-localizer"
    assert trained.vocabulary.label_space.by_name["apple"].id == 48


def test_the_folder_of_something_else_says_what_made_it(small_run: SmallRun, tmp_path: Path) -> None:
    record = json.loads((small_run.run / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**record, "command": "make-masks"}))
    with pytest.raises(InputError, match=r"is a run of make-masks, not of train-localizer"):
        open_trained(tmp_path)


def test_an_unfinished_run_is_not_opened(small_run: SmallRun, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes((small_run.run / "run.json").read_bytes())
    with pytest.raises(InputError, match="run the same 'capseg train-localizer' command again to continue it"):
        open_trained(tmp_path)


def test_every_command_of_an_experiment_can_be_opened() -> None:
    assert {experiment.config.command for experiment in experiments().values()} <= OPENED_AS.keys()
    assert all(model_class(command).config_type.command == command for command in OPENED_AS)


@pytest.mark.parametrize("command", OPENED_AS)
def test_a_saved_model_is_no_run_whatever_it_is_a_model_of(command: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"got a saved model .*, expected the folder of a run"):
        model_class(command).of_run(tmp_path)
