"""What stands on disk after success, failure and in between."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import BinaryIO

import pytest

from caption_parser.config import ParserConfig
from caption_parser.runs import output as output_module
from caption_parser.runs.batches import LabelledBatch
from caption_parser.runs.output import Destination, ResumableFile, StreamedFile, replace_file
from caption_parser.runs.output_paths import OutputPaths
from caption_parser.runs.previous import previous_run
from caption_parser.runs.state import Fingerprint, InputSettings, RunCounts, RunSettings, RunState
from shared_runtime.errors import OutputError, UsageError

SETTINGS = RunSettings(config=ParserConfig(), versions={"words": "1"}, input=InputSettings(path="in.tsv"))


def batch(lines: bytes, images: int = 1) -> LabelledBatch:
    return LabelledBatch(lines, RunCounts(images=images, captions=images), Fingerprint(rows=9, digest="ab"))


@pytest.fixture
def paths(tmp_path: Path) -> OutputPaths:
    return OutputPaths(tmp_path / "labels.jsonl")


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_complete_file_stands_alone_with_its_summary(paths: OutputPaths, tmp_path: Path) -> None:
    with ResumableFile(paths, SETTINGS, None) as file:
        file.append(batch(b"one\n"))
        file.append(batch(b"two\n", images=2))
        assert (file.counts.images, file.size) == (3, 8)
        assert names_in(tmp_path) == {"labels.jsonl.partial"}
        file.complete(b"{}")
    assert names_in(tmp_path) == {"labels.jsonl", "labels.jsonl.summary.json"}
    assert paths.output.read_bytes() == b"one\ntwo\n"


def test_an_exception_leaves_whole_batches_and_their_state(paths: OutputPaths, tmp_path: Path) -> None:
    def append_until_interrupted(file: ResumableFile) -> None:
        file.append(batch(b"one\n"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ResumableFile(paths, SETTINGS, None) as file:
        append_until_interrupted(file)
    assert names_in(tmp_path) == {"labels.jsonl.partial", "labels.jsonl.state.json"}
    state = RunState.model_validate_json(paths.state.read_bytes())
    assert (state.bytes, state.counts.images, state.settings) == (4, 1, SETTINGS)

    paths.partial.write_bytes(b"one\nhalf a li")
    with ResumableFile(paths, SETTINGS, state) as file:
        file.append(batch(b"two\n"))
        file.complete(b"{}")
    assert paths.output.read_bytes() == b"one\ntwo\n"


class InterruptAt:
    """A trace function: `KeyboardInterrupt` before the n-th line that `output.py` runs, as a signal raises it."""

    def __init__(self, line: int) -> None:
        self.left = line

    def __call__(self, frame: FrameType, event: str, _argument: object) -> "InterruptAt | None":
        if frame.f_code.co_filename != output_module.__file__:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self


@pytest.mark.parametrize("seconds", [0.0, 1e9], ids=["committed each time", "committed at the end"])
def test_an_interruption_at_any_line_leaves_what_can_be_resumed(
    paths: OutputPaths, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(output_module, "COMMIT_SECONDS", seconds)
    interrupted, line = True, 0
    while interrupted:
        line += 1
        with suppress(KeyboardInterrupt), ResumableFile(paths, SETTINGS, None) as file:
            file.append(batch(b"one\n"))
            interrupted = True
            before = sys.gettrace()
            sys.settrace(InterruptAt(line))
            try:
                file.append(batch(b"two\n"))
                interrupted = False
            finally:
                sys.settrace(before)
        previous = previous_run(paths)
        assert previous is not None
        assert paths.partial.read_bytes() in (b"one\n", b"one\ntwo\n")
        assert previous.state.bytes == paths.partial.stat().st_size
        assert previous.state.counts.images == previous.state.bytes // 4
    assert line > 10, "as many lines as append has, and more"


def test_an_exception_before_the_first_batch_leaves_nothing(paths: OutputPaths, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ResumableFile(paths, SETTINGS, None):
        raise KeyboardInterrupt
    assert names_in(tmp_path) == set()


def test_starting_anew_forgets_the_state_of_the_earlier_run(paths: OutputPaths) -> None:
    paths.partial.write_bytes(b"old\n")
    paths.state.write_bytes(b"old")
    with ResumableFile(paths, SETTINGS, None):
        assert not paths.state.exists()
        assert paths.partial.read_bytes() == b""


def test_a_full_disk_keeps_what_was_whole(paths: OutputPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_on_a_full_disk(file: BinaryIO, content: bytes) -> None:
        os.write(file.fileno(), content[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with ResumableFile(paths, SETTINGS, None) as file:
        file.append(batch(b"one\n", images=5))
        monkeypatch.setattr(output_module, "write_all", write_on_a_full_disk)
        message = r"partial: No space left on device. 5 images are labelled.*to resume"
        with pytest.raises(OutputError, match=message):
            file.append(batch(b"two\n"))
    assert paths.partial.read_bytes() == b"one\n"
    assert RunState.model_validate_json(paths.state.read_bytes()).bytes == 4


class SlowFile:
    def __init__(self) -> None:
        self.content = b""

    def write(self, content: memoryview) -> int:
        self.content += bytes(content[:2])
        return len(content[:2])

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(("kind", "name"), [(ResumableFile, "_file"), (StreamedFile, "_stream")])
def test_short_writes_are_completed(paths: OutputPaths, kind: type, name: str) -> None:
    file, slow = kind(paths, SETTINGS, None) if kind is ResumableFile else kind("pipe"), SlowFile()
    setattr(file, name, slow)
    file.append(batch(b"one\ntwo\n"))
    assert slow.content == b"one\ntwo\n"
    assert file.size == 8


def test_state_is_committed_while_the_run_goes_on(paths: OutputPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_module, "COMMIT_SECONDS", 0)
    with ResumableFile(paths, SETTINGS, None) as file:
        file.append(batch(b"one\n"))
        assert RunState.model_validate_json(paths.state.read_bytes()).bytes == 4


@pytest.mark.parametrize("resumed", [False, True])
def test_a_second_run_on_the_same_output_is_refused(paths: OutputPaths, resumed: bool) -> None:
    state = interrupted_run(paths) if resumed else None
    with ResumableFile(paths, SETTINGS, state) as file:
        file.append(batch(b"one\n"))
        # A lock does not hold against the process that has it.
        if (child := os.fork()) == 0:
            try:
                with ResumableFile(paths, SETTINGS, state):
                    os._exit(1)
            except OutputError as error:
                os._exit(0 if "another run is writing" in str(error) else 2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert paths.partial.read_bytes() == b"one\n" * (1 + resumed)


def interrupted_run(paths: OutputPaths) -> RunState:
    with suppress(KeyboardInterrupt), ResumableFile(paths, SETTINGS, None) as file:
        file.append(batch(b"one\n"))
        raise KeyboardInterrupt
    return RunState.model_validate_json(paths.state.read_bytes())


@pytest.mark.parametrize("content", [b"two\n", b""], ids=["went on", "is done"])
def test_a_run_does_not_go_on_with_what_another_one_changed_meanwhile(paths: OutputPaths, content: bytes) -> None:
    state = interrupted_run(paths)
    paths.partial.write_bytes(content)
    with pytest.raises(OutputError, match="another run changed it just now"):
        ResumableFile(paths, SETTINGS, state).__enter__()
    assert paths.partial.read_bytes() == content


def test_a_run_does_not_write_to_what_has_its_name_already(
    paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finish_first(file: BinaryIO, _message: str) -> None:
        file.write(b"of the other run\n")
        paths.partial.replace(paths.output)
        paths.partial.write_bytes(b"")

    monkeypatch.setattr(output_module, "lock", finish_first)
    with pytest.raises(OutputError, match="another run has just written"):
        ResumableFile(paths, SETTINGS, None).__enter__()
    assert paths.output.read_bytes() == b"of the other run\n"


def test_an_unwritable_folder_is_an_error_that_names_the_file(
    paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *_arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(output_module.os, "open", refuse)
    with pytest.raises(OutputError, match=r"labels.jsonl.partial: Permission denied$"):
        ResumableFile(paths, SETTINGS, None).__enter__()


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "labels.jsonl"
    link.symlink_to(tmp_path / "real" / "target.jsonl")
    with ResumableFile(OutputPaths(link), SETTINGS, None) as file:
        file.append(batch(b"one\n"))
        file.complete(b"{}")
    assert link.is_symlink()
    assert link.read_bytes() == b"one\n"


def test_a_device_without_room_is_an_error() -> None:
    with pytest.raises(OutputError, match="/dev/full: No space left"), StreamedFile("/dev/full") as file:
        file.append(batch(b"one\n"))


def test_replacing_a_file_fails_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    target = tmp_path / "state.json"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        replace_file(target, b"new")
    assert names_in(tmp_path) == {"state.json"}
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(
    "name",
    [
        "labels.csv",
        "labels.PARQUET",
        "labels.tsv.gz",
        "labels.jsonl.bz2",
        "labels.jsonl.GZ",
        "labels.json",
        "labels.toml",
    ],
)
def test_the_name_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"expected .jsonl .*/labels(.jsonl)?.jsonl$"):
        Destination.of(tmp_path / name, None).check(["-"])


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.NDJSON", "labels.csv.jsonl.gz", "labels"])
def test_other_names_are_taken(tmp_path: Path, name: str) -> None:
    Destination.of(tmp_path / name, None).check(["-"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder that takes no file is needed")
def test_a_folder_that_takes_no_file_is_noticed_before_the_work() -> None:
    with pytest.raises(OutputError, match=r"/proc/.*: no file can be written there"):
        Destination.of("/proc/self/labels.jsonl", None).check(["-"])
