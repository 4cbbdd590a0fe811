"""`label_file`: the same bytes however often it is interrupted and in however many processes it runs."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from caption_parser.config import parser_config
from caption_parser.readers import InputOptions
from caption_parser.runs import output as output_module
from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from shared_runtime.errors import CapparseError, UsageError
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.stops import MakeParser, begin, interrupt, stop_at


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_parent() -> None:
    os.kill(os.getppid(), signal.SIGKILL)


def run_in_a_process_that_dies(**arguments: object) -> None:
    process = multiprocessing.get_context("fork").Process(target=label_file, kwargs=arguments)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("suffix", "processes", "grouped"),
    [
        (".jsonl", 1, False),
        (".jsonl", 2, False),
        (".jsonl", 2, True),
        (".jsonl.gz", 1, False),
        (".jsonl.gz", 2, False),
        (".jsonl.zst", 1, True),
        (".jsonl.zst", 2, False),
    ],
)
def test_an_interrupted_run_ends_with_the_same_bytes(
    tmp_path: Path, word_parser: MakeParser, suffix: str, processes: int, grouped: bool
) -> None:
    source = tmp_path / "captions.txt"
    source.write_text("".join(f"a dog number {number}\n" for number in range(3000)))
    whole, resumed = tmp_path / f"whole{suffix}", tmp_path / f"resumed{suffix}"
    label_file(source, whole, run=RunOptions(processes=1), build_parser=word_parser())
    for image_id in (700, 2000):
        begin(source, resumed, word_parser, interrupted=True, grouped=grouped, image_id=image_id)
        assert not resumed.exists()
    summary = label_file(
        source,
        resumed,
        inputs=InputOptions(grouped=grouped),
        run=RunOptions(processes=processes),
        build_parser=word_parser(),
    )
    assert resumed.read_bytes() == whole.read_bytes()
    assert summary.timing.resumed_after_images == 1536
    assert [record.image_id for record in read_labels(resumed)] == list(range(1, 3001))


@pytest.mark.parametrize(
    ("suffix", "processes", "kill"),
    [(".jsonl", 1, kill_this_process), (".jsonl", 2, kill_parent), (".jsonl.gz", 2, kill_parent)],
)
def test_a_killed_run_ends_with_the_same_bytes(
    caption_file: Path,
    tmp_path: Path,
    word_parser: MakeParser,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    processes: int,
    kill: Callable[[], None],
) -> None:
    monkeypatch.setattr(output_module, "COMMIT_SECONDS", 0)
    whole, resumed = tmp_path / f"whole{suffix}", tmp_path / f"resumed{suffix}"
    expected = label_file(caption_file, whole, build_parser=word_parser())
    for image_id in (0, 400, 990):
        run_in_a_process_that_dies(
            source=caption_file,
            output=resumed,
            run=RunOptions(processes=processes),
            build_parser=word_parser(stop_at(image_id, kill)),
        )
        if (partial := tmp_path / f"resumed{suffix}.partial").exists():
            with partial.open("ab") as file:
                file.write(whole.read_bytes()[:40])  # of a line
    summary = label_file(caption_file, resumed, build_parser=word_parser())
    assert resumed.read_bytes() == whole.read_bytes()
    own = {"timing", "rejected_file"}
    assert summary.model_dump(exclude=own) == expected.model_dump(exclude=own)
    rejected = [Path(f"{path}.rejected.jsonl").read_bytes() for path in (resumed, whole)]
    assert rejected[0] == rejected[1]


def test_a_complete_run_is_recognised(caption_file: Path, tmp_path: Path, word_parser: MakeParser) -> None:
    output = tmp_path / "labels.jsonl"

    def fail(_: object) -> None:
        raise AssertionError("nothing is to be labelled")

    first = label_file(caption_file, output, build_parser=word_parser())
    changed = output.stat().st_mtime_ns
    for processes in (1, 2):
        again = label_file(
            caption_file, output, run=RunOptions(processes=processes), build_parser=word_parser(fail)
        )
        assert again == first.model_copy(update={"status": "up to date"})
    assert output.stat().st_mtime_ns == changed


@pytest.mark.parametrize("interrupted", [False, True])
def test_other_settings_are_refused_field_by_field(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, interrupted: bool
) -> None:
    output = tmp_path / "labels.jsonl"
    begin(caption_file, output, word_parser, interrupted=interrupted)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError) as refusal:
        label_file(
            caption_file,
            output,
            parser_config(mode="paper"),
            inputs=InputOptions(limit=100),
            build_parser=word_parser(),
        )
    lines = str(refusal.value).splitlines()
    assert lines[1:3] == ["  config.mode: visual → paper", "  input.limit: None → 100"]
    assert "--overwrite" in lines[-1]
    assert kept == {path: path.read_bytes() for path in tmp_path.iterdir()}

    summary = label_file(
        caption_file,
        output,
        parser_config(mode="paper"),
        inputs=InputOptions(limit=100),
        run=RunOptions(overwrite=True),
        build_parser=word_parser(),
    )
    assert summary.captions == 100
    assert len(list(read_labels(output))) == 100


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("change", ["first", "last", "added"])
def test_other_captions_are_refused(
    tmp_path: Path, word_parser: MakeParser, interrupted: bool, grouped: bool, change: str
) -> None:
    source, output = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    lines = [f"a dog number {number}" for number in range(1000)]
    source.write_text("\n".join(lines))
    begin(source, output, word_parser, interrupted=interrupted, grouped=grouped, image_id=600)
    match change:
        case "first":
            lines[0] = "a cat"
        case "last":
            lines[-1] = "a cat"
        case "added":
            lines.append("a cat")
    source.write_text("\n".join(lines))
    if interrupted and grouped and change != "first":
        # A stream is compared as far as it was labelled; what comes after is labelled as it is now.
        label_file(source, output, inputs=InputOptions(grouped=True), build_parser=word_parser())
        assert [record.captions[0] for record in read_labels(output)] == lines
        return
    with pytest.raises(UsageError, match=r"with different captions:\n  digest: \w+ → \w+"):
        label_file(source, output, inputs=InputOptions(grouped=grouped), build_parser=word_parser())


def test_a_file_that_no_run_left_is_not_overwritten(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    output.write_text("precious\n")
    with pytest.raises(UsageError, match=r"labels.jsonl exists already.*--overwrite"):
        label_file(caption_file, output, build_parser=word_parser())
    assert output.read_text() == "precious\n"


def test_a_complete_file_that_was_changed_is_not_overwritten(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    label_file(caption_file, output, build_parser=word_parser())
    with output.open("a") as file:
        file.write("mine\n")
    with pytest.raises(UsageError, match="exists already"):
        label_file(caption_file, output, build_parser=word_parser())


@pytest.mark.parametrize("damage", ["state", "partial"])
def test_a_damaged_partial_run_is_not_continued(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser, damage: str
) -> None:
    output = tmp_path / "labels.jsonl"
    begin(caption_file, output, word_parser, interrupted=True)
    (tmp_path / f"labels.jsonl.{'partial' if damage == 'partial' else 'state.json'}").write_bytes(b"{")
    with pytest.raises(UsageError, match=r"cannot be resumed.*--overwrite"):
        label_file(caption_file, output, build_parser=word_parser())


def test_overwriting_keeps_the_old_file_until_the_new_one_is_complete(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    label_file(caption_file, output, inputs=InputOptions(limit=10), build_parser=word_parser())
    old = output.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        label_file(
            caption_file, output, run=RunOptions(overwrite=True), build_parser=word_parser(stop_at(600, interrupt))
        )
    assert output.read_bytes() == old
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.timing.resumed_after_images > 0
    assert len(list(read_labels(output))) == 1000


def test_a_dead_worker_leaves_a_run_that_can_be_resumed(
    caption_file: Path, tmp_path: Path, word_parser: MakeParser
) -> None:
    output = tmp_path / "labels.jsonl"
    with pytest.raises(CapparseError, match="worker process died"):
        label_file(
            caption_file,
            output,
            run=RunOptions(processes=2),
            build_parser=word_parser(stop_at(900, kill_this_process)),
        )
    summary = label_file(caption_file, output, build_parser=word_parser())
    assert summary.images == 1000
    uninterrupted = tmp_path / "uninterrupted.jsonl"
    label_file(caption_file, uninterrupted, build_parser=word_parser())
    assert output.read_bytes() == uninterrupted.read_bytes()
