"""Names that cannot be those of files here: one line that says which, and what is meant."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.runs.run import label_file
from shared_runtime.errors import UsageError


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("label in.txt -o s3://bucket/x.jsonl", "-o s3://bucket/x.jsonl: got a URL, expected a file here"),
        ("label in.txt -o x.jsonl --rejected gs://b/x", "--rejected gs://b/x: got a URL"),
        ("label in.txt -o x.jsonl.bz2", "Try -o x.jsonl\n"),
        ("label in.txt -o x.csv", "Try -o x.jsonl\n"),
    ],
)
def test_an_output_that_is_no_file_here(
    command: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text("A dog\n")
    ended = CliRunner().invoke(app, command.split())
    assert ended.exit_code == 2
    assert message in ended.output.replace(f"{tmp_path}/", "")


def test_an_empty_name_and_no_name_at_all(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["label", "", "-o", str(tmp_path / "x.jsonl")])
    assert (ended.exit_code, "got an empty name of an input" in ended.output) == (2, True)
    with pytest.raises(UsageError, match="got an empty list"):
        label_file([], tmp_path / "x.jsonl")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    here = Path.cwd()
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    try:
        (tmp_path / "gone").rmdir()
        ended = CliRunner().invoke(app, ["label", "in.txt", "-o", "x.jsonl"])
    finally:
        os.chdir(here)
    assert ended.exit_code == 1
    assert "the current folder is not there any more" in ended.output
