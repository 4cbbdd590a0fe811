"""What is refused before anything is read, and with which words."""

import multiprocessing
from pathlib import Path

import pytest

from caption_parser.config import parser_config
from caption_parser.discovery.counting import CorpusSettings
from caption_parser.modes import Mode
from caption_parser.runs import options
from caption_parser.runs.options import check_processes, is_stream, process_count
from caption_parser.runs.state import InputSettings
from shared_runtime.errors import UsageError


def test_a_wrong_choice_is_named_with_the_nearest_right_one() -> None:
    with pytest.raises(
        UsageError, match=r"--mode: got 'papr', expected 'paper' or 'visual'. Did you mean 'paper'\?"
    ):
        parser_config(mode="papr")
    with pytest.raises(UsageError, match=r"--objects: got 'tree', expected 'syntax' or 'sng'$"):
        parser_config(objects="tree")
    with pytest.raises(UsageError, match="--keep-unlabelled: got 'perhaps', expected a valid boolean"):
        parser_config(keep_unlabelled="perhaps")
    assert parser_config(mode="visual").mode is Mode.VISUAL


@pytest.mark.parametrize("processes", [0, -1, "0", "two", "1.5"])
def test_processes_are_auto_or_at_least_one(processes: int | str) -> None:
    with pytest.raises(UsageError, match=r"--processes: got .* expected auto or a number of at least 1"):
        check_processes(processes)


def test_auto_uses_all_cores_but_one_for_a_small_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "usable_cores", lambda: 7)
    auto = check_processes("auto")
    assert process_count(auto, small=False) == 7
    assert process_count(auto, small=True) == 1
    assert process_count(check_processes("3"), small=True) == 3
    assert [process_count(99, small=True, batches=batches) for batches in (0, 1, 2, None)] == [1, 1, 2, 99]


def test_devices_and_standard_output_are_streams(tmp_path: Path) -> None:
    assert is_stream("-")
    assert is_stream("/dev/null")
    assert not is_stream(str(tmp_path))
    assert not is_stream(str(tmp_path / "new.jsonl"))


def test_saved_settings_have_their_fields_in_the_order_of_earlier_versions() -> None:
    """A run resumes, and counts are read, where an earlier version began."""
    of_input = ["format", "caption_field", "image_field", "all_captions"]
    assert [*InputSettings.model_fields] == ["path", *of_input, "limit", "sample", "seed", "grouped"]
    assert [*CorpusSettings.model_fields] == ["captions", *of_input, "capparse", "config", "words"]


def test_a_worker_of_a_pool_labels_by_itself() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(process_count, ("auto",), {"small": False}) == 1
    assert process_count("auto", small=False) == options.usable_cores()
