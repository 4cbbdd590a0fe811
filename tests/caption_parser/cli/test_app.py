"""The command line as a whole: help, versions, typos, failures."""

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from caption_parser.cli import _Commands, app
from caption_parser.cli.failures import describe_failure
from shared_runtime.errors import ExitCode, MissingResourceError, UsageError
from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError

runner = CliRunner()
COMMANDS = [command.name for command in _Commands.table]


def test_the_bare_command_shows_help() -> None:
    bare = runner.invoke(app, [], prog_name="capparse")
    assert bare.exit_code == ExitCode.OK
    assert bare.stdout == runner.invoke(app, ["--help"], prog_name="capparse").stdout
    assert "Usage: capparse" in bare.stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", bare.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_opens_with_two_examples(command: list[str]) -> None:
    shown = runner.invoke(app, [*command, "--help"], prog_name="capparse")
    assert shown.exit_code == ExitCode.OK
    before_options = shown.stdout.partition("\nOptions:")[0]
    examples = before_options.partition("Examples:")[2]
    assert len(re.findall(r"^    .*\bcapparse [a-z]", examples, re.MULTILINE)) >= 2


def test_help_imports_neither_spacy_nor_pydantic() -> None:
    script = """
import sys
from caption_parser.cli import main
sys.argv = ["capparse", *sys.argv[1:]]
try:
    main()
finally:
    print(sorted({"spacy", "pydantic", "rich"} & sys.modules.keys()), file=sys.stderr)
"""
    for arguments in (["--help"], ["label", "--help"], []):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stderr == "[]\n"


def test_versions_of_code_records_and_models() -> None:
    shown = runner.invoke(app, ["--version"])
    assert shown.exit_code == ExitCode.OK
    for line in (
        r"capparse \d+\.\d+\.\d+",
        r"record schema 1\.\d+",
        r"caption pipeline \d+\S* \(spaCy 3\.",
        "WordNet 3.0",
    ):
        assert re.search(f"^{line}", shown.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["lable"], "No such command 'lable'. Did you mean 'label'?"),
        (["label", "in.txt", "-o", "out.jsonl", "--proceses", "2"], "--processes"),
        (
            ["explain", "a dog", "--mode", "visul"],
            "--mode: got 'visul', expected 'paper' or 'visual'. Did you mean 'visual'?",
        ),
    ],
)
def test_typos_are_answered_with_what_was_meant(arguments: list[str], expected: str) -> None:
    done = runner.invoke(app, arguments)
    assert done.exit_code == ExitCode.USAGE
    assert expected in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (UsageError("no"), "no", ExitCode.USAGE),
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
    ],
)
def test_failures_that_a_user_can_mend_are_one_message(
    error: Exception, message: str, exit_code: ExitCode
) -> None:
    assert describe_failure(error) == (message, exit_code)


def test_a_fault_of_ours_says_so_without_a_traceback_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("caption_parser.doctor.diagnose", fail)
    done = runner.invoke(app, ["doctor"])
    assert done.exit_code == ExitCode.FAILURE
    assert done.stderr.startswith("error: ZeroDivisionError: division by zero\n")
    assert "--debug" in done.stderr
    assert "Traceback" not in done.stderr
    for arguments in (["--debug", "doctor"], ["doctor", "--debug"]):
        done = runner.invoke(app, arguments)
        assert done.exit_code == ExitCode.FAILURE
        assert "Traceback" in done.stderr


def test_ctrl_c_in_any_command_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("caption_parser.doctor.diagnose", interrupt)
    done = runner.invoke(app, ["doctor"])
    assert (done.exit_code, done.stderr) == (ExitCode.INTERRUPTED, "interrupted\n")
