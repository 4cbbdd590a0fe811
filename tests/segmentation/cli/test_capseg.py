"""The command line `capseg` as a whole: help, versions, typos, failures."""

import re
import subprocess
import sys
import types

import pytest
from typer.testing import CliRunner

from segmentation.cli import COMMANDS, app
from segmentation.cli.failures import describe_failure
from shared_runtime.errors import ExitCode, InputError, MissingResourceError, UsageError
from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError

runner = CliRunner()


def test_the_bare_command_shows_help() -> None:
    bare = runner.invoke(app, [], prog_name="capseg")
    assert bare.exit_code == ExitCode.OK
    assert bare.stdout == runner.invoke(app, ["--help"], prog_name="capseg").stdout
    for command, (_, summary) in COMMANDS.items():
        assert re.search(rf"^  {command} +{summary}$", bare.stdout, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_imports_neither_torch_nor_numpy(arguments: list[str]) -> None:
    script = """
import sys
from segmentation.cli import main
sys.argv = ["capseg", *sys.argv[1:]]
try:
    main()
finally:
    print(sorted({"torch", "numpy", "rich"} & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_versions_of_code_and_records() -> None:
    shown = runner.invoke(app, ["--version"])
    assert re.fullmatch(r"capseg \d+\.\d+\.\d+\nrecord schema 1\.\d+\n", shown.stdout)


def test_a_mistyped_command_is_answered_with_what_was_meant() -> None:
    done = runner.invoke(app, ["train-localiser"])
    assert done.exit_code == ExitCode.USAGE
    assert "Did you mean 'train-localizer'?" in done.stderr


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (UsageError("no"), "error: no", ExitCode.USAGE),
        (InputError("a.jpg: truncated"), "error: a.jpg: truncated", ExitCode.FAILURE),
        (MissingResourceError("no"), "error: no", ExitCode.MISSING_RESOURCE),
        (MissingExtraError("pip install it"), "error: pip install it", ExitCode.MISSING_RESOURCE),
        (LabelSpaceError("class 'mug'", "2", "1"), "error: class 'mug': got 2, expected 1", ExitCode.USAGE),
        (RecordError("a", 3, "blank-line", "x", "y"), "error: a:3: got x, expected y", ExitCode.FAILURE),
        (FileNotFoundError(2, "No such file", "a.x"), "error: a.x: No such file", ExitCode.FAILURE),
        (OSError("closed"), "error: closed", ExitCode.FAILURE),
    ],
)
def test_failures_that_a_user_can_mend_are_one_message(
    error: Exception, message: str, exit_code: ExitCode
) -> None:
    assert describe_failure(error) == (message, exit_code)


def failing_command(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let `capseg fail` raise `error`."""

    def fail() -> None:
        """Fail."""
        raise error

    module = types.ModuleType("failing_command")
    module.fail = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "failing_command", module)
    monkeypatch.setitem(COMMANDS, "fail", ("failing_command:fail", "Fail."))


def test_a_fault_of_ours_says_so_without_a_traceback_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_command(monkeypatch, ZeroDivisionError("division by zero"))
    done = runner.invoke(app, ["fail"])
    assert done.exit_code == ExitCode.FAILURE
    assert done.stderr.startswith("error: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in done.stderr
    for arguments in (["--debug", "fail"], ["fail", "--debug"]):
        assert "Traceback" in runner.invoke(app, arguments).stderr


def test_ctrl_c_in_any_command_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_command(monkeypatch, KeyboardInterrupt())
    done = runner.invoke(app, ["fail"])
    assert (done.exit_code, done.stderr) == (ExitCode.INTERRUPTED, "interrupted\n")
