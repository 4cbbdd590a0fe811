"""The folder of a run: continued, refused with the difference, begun anew, locked."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from segmentation.localization.run import load_localizer
from segmentation.runs.folder import RunFolder, RunRecord, open_run
from shared_runtime.errors import InputError, OutputError, UsageError
from shared_schemas.files import unfinished_beside

RECORD = RunRecord(command="train", config={"training": {"epochs": 3, "seed": 0}}, samples={"images": 4})


def test_a_new_run_is_recorded_and_the_same_one_continued(tmp_path: Path) -> None:
    with open_run(tmp_path / "deep" / "run", RECORD) as folder:
        assert folder.read_record() == RECORD
        folder.checkpoint.write_bytes(b"state")
    noted = RECORD.model_copy(update={"notes": {"versions": "newer"}})
    with open_run(tmp_path / "deep" / "run", noted) as folder:
        assert folder.checkpoint.is_file()
        assert folder.read_record() == noted


def test_changed_options_are_refused_with_the_difference(tmp_path: Path) -> None:
    with open_run(tmp_path / "run", RECORD) as folder:
        before = folder.record.read_bytes()
    changed = RunRecord(command="train", config={"training": {"epochs": 5}, "size": 9}, samples={"images": 4})
    with pytest.raises(UsageError) as error, open_run(tmp_path / "run", changed):
        pass
    assert str(error.value).splitlines()[1:4] == [
        "  config.size: nothing in the folder, 9 asked for",
        "  config.training.epochs: 3 in the folder, 5 asked for",
        "  config.training.seed: 0 in the folder, nothing asked for",
    ]
    assert "--overwrite" in str(error.value)
    assert folder.record.read_bytes() == before


def test_overwrite_removes_what_a_run_wrote_and_nothing_else(tmp_path: Path) -> None:
    with open_run(tmp_path, RECORD) as folder:
        folder.tensorboard.mkdir()
        for file in (*folder.all, tmp_path / "notes.txt"):
            if file not in (folder.record, folder.tensorboard):
                file.write_text("x")
    other = RECORD.model_copy(update={"config": {}})
    with open_run(tmp_path, other, overwrite=True) as folder:
        assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "run.json"]
        assert folder.read_record() == other


def test_every_file_of_a_run_is_known_as_one_of_its_files(tmp_path: Path) -> None:
    """None is forgotten where files are removed, or kept from being written over."""
    folder = RunFolder(tmp_path)
    assert {*folder.all} == {value for name, value in vars(folder).items() if name != "path"}
    assert folder.all[-1] == folder.record
    folder.cells.write_text("x")
    with pytest.raises(UsageError, match=r"cells\.f16 is the weights; writing it would destroy it"):
        folder.check_inputs({"the weights": folder.cells})


def test_a_run_of_another_command_is_left_alone_even_if_told_to_start_over(tmp_path: Path) -> None:
    with open_run(tmp_path, RECORD) as folder:
        folder.weights.write_text("x")
    other = RECORD.model_copy(update={"command": "predict"})
    for overwrite in (False, True):
        with (
            pytest.raises(UsageError, match=r"is the folder of a run of train\. Name another folder"),
            open_run(tmp_path, other, overwrite=overwrite),
        ):
            pass
    assert folder.read_record() == RECORD
    assert folder.weights.is_file()


def test_a_folder_or_file_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for overwrite in (False, True):
        with (
            pytest.raises(UsageError, match="holds files that do not belong to a run"),
            open_run(tmp_path, RECORD, overwrite=overwrite),
        ):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    for way in ("notes.txt", "notes.txt/run"):
        with pytest.raises(UsageError, match="a file is in the way"), open_run(tmp_path / way, RECORD):
            pass


@pytest.mark.parametrize("continued", [False, True])
def test_two_processes_cannot_train_in_one_folder(tmp_path: Path, continued: bool) -> None:
    if continued:
        with open_run(tmp_path / "run", RECORD):
            pass
    with open_run(tmp_path / "run", RECORD):
        # A lock does not hold against the process that has it.
        if (child := os.fork()) == 0:
            try:
                with open_run(tmp_path / "run", RECORD):
                    os._exit(1)
            except OutputError as error:
                os._exit(0 if "another process is at work in" in str(error) else 2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with open_run(tmp_path / "run", RECORD):
        pass


def test_a_record_that_was_cut_off_before_anything_else_begins_anew(tmp_path: Path) -> None:
    RunFolder(tmp_path).record.touch()
    with open_run(tmp_path, RECORD) as folder:
        assert folder.read_record() == RECORD


def test_what_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not the folder of a run: it holds no run\.json"):
        RunFolder(tmp_path).read_record()
    RunFolder(tmp_path).record.write_text('{"command": 3}')
    with pytest.raises(InputError, match=r"run\.json: not a run's record"):
        RunFolder(tmp_path).read_record()


def test_damage_in_a_run_is_one_line(small_run: Any, tmp_path: Path) -> None:
    run = Path(shutil.copytree(small_run.run, tmp_path / "run"))
    folder = RunFolder(run)
    whole = {path: path.read_text() for path in (folder.record, folder.label_space)}
    folder.record.write_text(whole[folder.record].replace('"size": 33', '"size": "x"'))
    with pytest.raises(InputError, match=r"run\.json: config\.crop\.size: .*; was it written by another"):
        load_localizer(run)
    folder.record.write_text(whole[folder.record])
    folder.label_space.write_text("{")
    with pytest.raises(InputError, match=r"label_space\.json: not the label space of a run \(Invalid JSON"):
        load_localizer(run)
    folder.label_space.unlink()
    with pytest.raises(InputError, match=r"label_space\.json: No such file .*Copy the whole folder$"):
        load_localizer(run)


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "._run"])
def test_what_file_managers_leave_is_no_content(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\0")
    with open_run(tmp_path, RECORD) as folder:
        assert folder.read_record() == RECORD


def test_foreign_content_is_named(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UsageError, match=r"do not belong to a run \(thesis\.tex\)"), open_run(tmp_path, RECORD):
        pass


def test_what_a_killed_process_left_unfinished_is_removed(tmp_path: Path) -> None:
    with open_run(tmp_path, RECORD):
        pass
    (tmp_path / "sub").mkdir()
    left = [tmp_path / ".checkpoint.pt.41", tmp_path / ".0001.png.7", tmp_path / "sub" / ".0001.png.7.00ff00ff"]
    left += [unfinished_beside(tmp_path / name) for name in ("metrics.jsonl", "sub/0001.jpg", "labelmap.txt")]
    kept = [tmp_path / ".notes.txt.1", tmp_path / "0001.png", tmp_path / ".hidden.png"]
    for path in (*left, *kept):
        path.touch()
    with open_run(tmp_path, RECORD):
        assert not any(path.exists() for path in left)
        assert all(path.exists() for path in kept)


def test_a_record_is_never_empty_once_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed while it goes on leaves no folder that other options could go on with."""
    with open_run(tmp_path, RECORD.model_copy(update={"notes": {"versions": "a long list of them"}})):
        pass

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("segmentation.runs.folder.remove_unfinished", killed)
    with pytest.raises(Killed), open_run(tmp_path, RECORD):
        pass
    monkeypatch.undo()
    with pytest.raises(UsageError), open_run(tmp_path, RECORD.model_copy(update={"config": {}})):
        pass
    with open_run(tmp_path, RECORD) as folder:
        assert folder.read_record() == RECORD


def test_labels_that_were_given_one_time_alone_are_told_as_such(tmp_path: Path) -> None:
    labelled = RECORD.model_copy(update={"samples": {"labels": "1ba9"}})
    with open_run(tmp_path, labelled):
        pass
    unlabelled = RECORD.model_copy(update={"samples": {"labels": None}, "config": {**RECORD.config, "texts": "ü"}})
    told = r"texts: nothing in the folder, \"ü\" asked for\n.*null asked for \(--labels was given one time alone\)"
    with pytest.raises(UsageError, match=told), open_run(tmp_path, unlabelled):
        pass
