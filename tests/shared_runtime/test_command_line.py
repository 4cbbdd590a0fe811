"""What every command line of ours does with failures, interruptions, readers that leave, and progress."""

import io
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic_core import PydanticSerializationError
from typer.testing import CliRunner, Result

from shared_runtime.command_line import progress as progress_module
from shared_runtime.command_line.doctor import Finding, Part, examine, importable, report_findings
from shared_runtime.command_line.failures import describe_failure
from shared_runtime.command_line.groups import Command, Debug, lazy_app, show_help_alone
from shared_runtime.command_line.label_files import label_stream, one_label_file
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode, InputError, MissingResourceError, UsageError
from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (UsageError("no"), "no", ExitCode.USAGE),
        (InputError("a.jpg: truncated"), "a.jpg: truncated", ExitCode.FAILURE),
        (MissingResourceError("no"), "no", ExitCode.MISSING_RESOURCE),
        (MissingExtraError("pip install it"), "pip install it", ExitCode.MISSING_RESOURCE),
        (LabelSpaceError("class 'mug'", "2", "1"), "class 'mug': got 2, expected 1", ExitCode.USAGE),
        (
            RecordError("a.jsonl", 3, "blank-line", "an empty line", "a record"),
            "a.jsonl:3: got an empty line, expected a record",
            ExitCode.FAILURE,
        ),
        (
            FileNotFoundError(2, "No such file or directory", "a.x"),
            "a.x: No such file or directory",
            ExitCode.FAILURE,
        ),
        (OSError("closed"), "closed", ExitCode.FAILURE),
        (
            ZeroDivisionError("division by zero"),
            "ZeroDivisionError: division by zero\n"
            "This is a fault of tool; the same command with --debug shows where",
            ExitCode.FAILURE,
        ),
    ],
)
def test_failures_are_one_message_and_an_exit_code(error: Exception, message: str, exit_code: ExitCode) -> None:
    assert describe_failure(error, "tool") == (message, exit_code)


def run(monkeypatch: pytest.MonkeyPatch, error: BaseException, *arguments: str) -> Result:
    """Call a program whose command `fail` raises `error`."""

    def fail() -> None:
        """Fail."""
        raise error

    module = types.ModuleType("failing_command")
    module.fail = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "failing_command", module)
    app = lazy_app([Command("fail", "failing_command:fail", "Fail.")])

    @app.callback()
    def tool(context: typer.Context, debug: Debug = False) -> None:  # noqa: ARG001
        show_help_alone(context)

    return CliRunner().invoke(app, arguments, prog_name="tool")


def test_a_fault_of_ours_says_so_without_a_traceback_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, ZeroDivisionError("division by zero"), "fail")
    assert done.exit_code == ExitCode.FAILURE
    assert done.stderr.startswith("error: ZeroDivisionError: division by zero\nThis is a fault of tool;")
    assert "Traceback" not in done.stderr
    for arguments in (["--debug", "fail"], ["fail", "--debug"]):
        assert "Traceback" in run(monkeypatch, ZeroDivisionError("division by zero"), *arguments).stderr


def test_ctrl_c_in_any_command_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    # pydantic wraps what comes while it writes JSON.
    wrapped = PydanticSerializationError("Error serializing to JSON: KeyboardInterrupt: ")
    assert run(monkeypatch, wrapped, "fail").exit_code == ExitCode.INTERRUPTED
    done = run(monkeypatch, KeyboardInterrupt(), "fail")
    assert (done.exit_code, done.stderr) == (ExitCode.INTERRUPTED, "interrupted\n")


def test_a_mistyped_command_is_answered_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, KeyboardInterrupt(), "fial")
    assert done.exit_code == ExitCode.USAGE
    assert "Did you mean 'fail'?" in done.stderr


@pytest.mark.parametrize("program", ["caption_parser.cli", "segmentation.cli"])
def test_a_reader_that_goes_away_ends_the_program_quietly(program: str) -> None:
    script = f"import sys; sys.argv = ['tool', '--help']; from {program} import main; main()"
    receiver, sender = os.pipe()
    os.close(receiver)
    with open(sender, "wb") as stdout:  # noqa: PTH123  a file descriptor
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (ExitCode.FAILURE, "")


def shown_on(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", seconds)
    with progress_display(quiet=False) as show:
        for done in (1, 2, 3):
            show("images", done, 3)
    return stderr.getvalue()


def test_a_log_file_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on(io.StringIO(), monkeypatch, seconds=0).splitlines() == [
        "images: 1 of 3",
        "images: 2 of 3",
        "images: 3 of 3",
    ]


def test_what_is_done_at_once_says_nothing_of_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on(io.StringIO(), monkeypatch, seconds=60) == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert "images" in shown_on(Terminal(), monkeypatch, seconds=60)


def broken() -> str:
    raise FileNotFoundError("wordnet-3.0.lex\nand more")


def unfit() -> str:
    raise MissingResourceError("there are no weights")


PARTS = [
    Part("lexicon", "senses", broken, "pip install lexicon"),
    Part("weights", "training", unfit, "pip install weights", required=False),
    Part("pytest", "tests", importable("pytest", "pytest"), "pip install pytest"),
]


def test_findings_name_what_is_broken_and_the_line_that_repairs_it() -> None:
    lexicon, weights, tests = examine(PARTS)
    assert lexicon == Finding(
        "lexicon", "senses", False, True, "FileNotFoundError: wordnet-3.0.lex", "pip install lexicon"
    )
    assert (weights.found, weights.required) == ("there are no weights", False)
    assert (tests.ok, tests.found, tests.install) == (True, pytest.__version__, None)


@pytest.mark.parametrize(("parts", "exit_code"), [(PARTS, ExitCode.MISSING_RESOURCE), (PARTS[1:], ExitCode.OK)])
def test_only_a_missing_requirement_is_a_failure(
    parts: Any, exit_code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        report_findings(examine(parts), as_json=False)
        ended = ExitCode.OK
    except typer.Exit as error:
        ended = ExitCode(error.exit_code)
    assert ended == exit_code
    assert "for training: pip install weights" in capsys.readouterr().out


def test_several_label_files_are_told_how_to_become_one(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    (plan / "labels").mkdir(parents=True)
    (plan / "plan.json").touch()
    for given in (plan, plan / "labels", plan / "labels" / "*.jsonl"):
        with pytest.raises(InputError, match=f"expected one label file. Try: capparse merge {plan} labels.jsonl"):
            label_stream(given)
    with pytest.raises(InputError, match=f"got a folder, .* Try: cat {tmp_path}/"):
        label_stream(tmp_path)
    assert label_stream("-") == "-"
    with pytest.raises(InputError, match="got standard input, expected a label file"):
        one_label_file([Path("-")])
