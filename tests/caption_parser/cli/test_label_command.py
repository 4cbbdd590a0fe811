"""`capparse label` in a process of its own, with the labeller that needs no model."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared_runtime.errors import ExitCode
from shared_schemas.jsonl import read_labels
from tests.forked import Forks

CAPPARSE = [sys.executable, "-c", "from caption_parser.cli import main; main()"]
EXACT = ["--labeller", "exact"]


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "captions.tsv"
    path.write_text("image_id\tcaption\n7\tA dog on a couch.\n9\tTwo boats.\n7\tThe dog sleeps.\n")
    return path


def test_a_file_is_labelled(forked_capparse: Forks, captions: Path, tmp_path: Path) -> None:
    output = tmp_path / "labels.jsonl"
    done = forked_capparse("label", captions, "-o", output, *EXACT)
    assert (done.returncode, done.stdout) == (ExitCode.OK, "")
    assert done.stderr.startswith(f"{captions}: caption = 'caption', image = 'image_id'\n")
    assert "complete: 2 images, 3 captions" in done.stderr
    records = list(read_labels(output))
    assert [record.image_id for record in records] == ["7", "9"]
    assert [(label.name, label.votes) for label in records[0].foreground] == [("dog", 2), ("couch", 1)]
    assert json.loads((tmp_path / "labels.jsonl.summary.json").read_bytes())["captions"] == 3

    again = forked_capparse("label", captions, "-o", output, *EXACT)
    assert again.returncode == ExitCode.OK
    assert "up to date" in again.stderr


def test_standard_input_to_standard_output(forked_capparse: Forks, captions: Path) -> None:
    arguments = ["label", "-", "-o", "-", "--format", "tsv", *EXACT]
    done = forked_capparse(*arguments, input=captions.read_text())
    assert done.returncode == ExitCode.OK
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["source"] for line in lines] == [{"path": "-", "row": 2}, {"path": "-", "row": 3}]
    assert "complete: 2 images" in done.stderr
    quiet = forked_capparse(*arguments, "-q", input=captions.read_text())
    assert (quiet.stdout, quiet.stderr) == (done.stdout, "")


def test_a_reader_that_goes_away_is_no_error_message(tmp_path: Path) -> None:
    source = tmp_path / "captions.txt"
    source.write_text("A dog on a couch.\n" * 20_000)
    command = [*CAPPARSE, "label", str(source), "-o", "-", "-q", *EXACT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b'{"schema_version"')
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.NO_READER


def test_waiting_on_a_terminal_says_so() -> None:
    master, slave = pty.openpty()
    command = [*CAPPARSE, "label", "-", "-o", "-", "--format", "txt", "-q", *EXACT]
    with subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(slave)
        assert process.stderr.readline() == "reading captions from the terminal, end with Ctrl-D\n"
        os.write(master, b"A dog.\n\x04")
        assert json.loads(process.stdout.readline())["foreground"][0]["name"] == "dog"
    os.close(master)
    assert process.returncode == ExitCode.OK


def test_rejected_rows_are_exit_code_3(forked_capparse: Forks, tmp_path: Path) -> None:
    source = tmp_path / "captions.jsonl"
    source.write_text('{"image_id": 1, "caption": "A dog."}\n{"image_id": 2, "caption": 5}\n')
    output = tmp_path / "labels.jsonl"
    done = forked_capparse("label", source, "-o", output, "--rejected", tmp_path / "bad.jsonl", *EXACT)
    assert done.returncode == ExitCode.PARTIAL
    assert "1 rejected (wrong-type 1)" in done.stderr
    assert json.loads((tmp_path / "bad.jsonl").read_text())["row"] == 2
    assert len(list(read_labels(output))) == 1

    strict = forked_capparse("label", source, "-o", tmp_path / "strict.jsonl", "--strict", *EXACT)
    assert strict.returncode == ExitCode.FAILURE
    assert strict.stderr.splitlines()[-1].startswith(f"error: {source}:2: ")


@pytest.mark.parametrize(
    ("options", "exit_code", "message"),
    [
        (["--mode", "papr"], ExitCode.USAGE, "Did you mean 'paper'?"),
        (["--format", "jsnol"], ExitCode.USAGE, "Did you mean 'jsonl'?"),
        (["--label-space", "coca"], ExitCode.USAGE, "coca"),
        (["--labeller", "exakt"], ExitCode.USAGE, "expected 'synsets', 'exact'"),
        (["--processes", "none"], ExitCode.USAGE, "--processes: got 'none'"),
        (["--caption-field", "text"], ExitCode.FAILURE, "image_id, caption"),
        (["--labeller", "synsets", "--spacy-model", "no_such_model"], ExitCode.MISSING_RESOURCE, "no_such_model"),
        (["-o", "/dev/full"], ExitCode.FAILURE, "/dev/full: No space left on device"),
        (["-o", "/nowhere/labels.jsonl"], ExitCode.USAGE, "mkdir -p /nowhere"),
        (["-o", "captions.tsv"], ExitCode.USAGE, "is the input"),
        (["-o", "."], ExitCode.USAGE, "is a directory"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    forked_capparse: Forks, captions: Path, tmp_path: Path, options: list[str], exit_code: ExitCode, message: str
) -> None:
    done = forked_capparse("label", captions.name, "-o", "labels.jsonl", *EXACT, *options, cwd=tmp_path)
    assert done.returncode == exit_code
    assert done.stderr.removeprefix("captions.tsv: caption = 'caption', image = 'image_id'\n").startswith(
        "error: "
    )
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == [captions.name]


@pytest.fixture(scope="module")
def long_run(forked_capparse: Forks, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Captions for a second or two, and their labels."""
    folder = tmp_path_factory.mktemp("long_run")
    source, whole = folder / "captions.txt", folder / "whole.jsonl"
    source.write_text("".join(f"Dog number {number} on a couch.\n" for number in range(30_000)))
    assert forked_capparse("label", source, "-o", whole, *EXACT).returncode == ExitCode.OK
    return source, whole


def _heed_ctrl_c() -> None:
    """Tests that run in the background of a shell have been told to ignore it, and hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("end", "number"), [(os.killpg, signal.SIGINT), (os.killpg, signal.SIGTERM), (os.kill, signal.SIGTERM)]
)
def test_an_ended_run_is_one_that_the_same_command_resumes(
    forked_capparse: Forks,
    long_run: tuple[Path, Path],
    tmp_path: Path,
    end: Callable[[int, int], None],
    number: int,
) -> None:
    (source, whole), output = long_run, tmp_path / "labels.jsonl"
    command = [*CAPPARSE, "label", str(source), "-o", str(output), "--processes", "2", *EXACT]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_ctrl_c,
    ) as process:
        partial = tmp_path / "labels.jsonl.partial"
        # Several batches: an interruption between the first one and its count leaves nothing to resume.
        while not (partial.exists() and partial.stat().st_size > 500_000) and process.poll() is None:
            time.sleep(0.01)
        # A terminal and a batch system tell the workers, too; `kill` does not.
        end(process.pid, number)
        message = process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED
    assert message.endswith("\ninterrupted; run the same command again to resume\n")
    assert not output.exists()
    assert (tmp_path / "labels.jsonl.state.json").exists()
    assert partial.read_bytes().endswith(b"}\n")

    resumed = forked_capparse("label", source, "-o", output, *EXACT)
    assert resumed.returncode == ExitCode.OK
    assert "resumed after" in resumed.stderr
    assert output.read_bytes() == whole.read_bytes()


def test_a_dry_run_writes_nothing(forked_capparse: Forks, captions: Path, tmp_path: Path) -> None:
    done = forked_capparse("label", captions, "-o", tmp_path / "labels.jsonl", "--dry-run", *EXACT)
    assert done.returncode == ExitCode.OK
    assert "2 images, 3 captions" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [captions.name]


def test_progress_is_shown_on_a_terminal_only(captions: Path, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [*CAPPARSE, "label", str(captions), "-o", str(tmp_path / "labels.jsonl"), *EXACT]
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(command, stderr=slave, env=environment) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 4096)
            except OSError:
                break
    os.close(master)
    assert process.returncode == ExitCode.OK
    assert b"labelling captions" in shown
    assert b"\x1b[3" not in shown, "a colour"
