"""The command line `capseg` as a whole: help, versions, typos."""

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from segmentation.cli import COMMANDS, app
from shared_runtime.errors import ExitCode

runner = CliRunner()


def test_the_bare_command_shows_help() -> None:
    bare = runner.invoke(app, [], prog_name="capseg")
    assert bare.exit_code == ExitCode.OK
    assert bare.stdout == runner.invoke(app, ["--help"], prog_name="capseg").stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command.name} +{command.summary}$", bare.stdout, re.MULTILINE)


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
    assert "Did you mean 'train-localizer'" in done.stderr
