"""Commands that are started with a stream closed, in a locale of few characters, or whose reader goes away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell starts them")

CAPPARSE = f"{sys.executable} -m caption_parser"
WHAT_FOR = {"stdin": "standard input is closed, and the command reads it", "stdout": "standard output is closed"}


def shell(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **variables}
    script = ["bash", "-o", "pipefail", "-c", command]
    return subprocess.run(script, cwd=folder, env=environment, capture_output=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.tsv").write_text("image_id\tcaption\n7\tA dog at a café.\n8\tA cat ‘x’ 🐶\n", "utf-8")
    return tmp_path


LABEL = f"{CAPPARSE} label in.tsv --labeller exact"


@pytest.mark.parametrize(
    ("command", "stream"),
    [
        (f"{CAPPARSE} schema image_labels >&-", "stdout"),
        (f"{CAPPARSE} --help >&-", "stdout"),
        (f"{CAPPARSE} label --help >&-", "stdout"),
        (f"{LABEL} -q -o - >&-", "stdout"),
        (f"{CAPPARSE} label - --format tsv --labeller exact -o x.jsonl <&-", "stdin"),
        (f"{CAPPARSE} show - <&-", "stdin"),
    ],
)
def test_a_stream_that_is_needed_and_closed_is_one_line(folder: Path, command: str, stream: str) -> None:
    ended = shell(command, folder)
    assert ended.returncode == 2
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith(f"error: {WHAT_FOR[stream]}")


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&-", ">&-"])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_needs_none_of_them_goes_on(folder: Path, closed: str, processes: int) -> None:
    assert shell(f"{LABEL} -o x.jsonl --processes {processes} {closed}", folder).returncode == 0
    assert shell(f"{LABEL} -o y.jsonl", folder).returncode == 0
    assert (folder / "x.jsonl").read_bytes() == (folder / "y.jsonl").read_bytes()


LOCALES = [
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
]


@pytest.mark.parametrize("variables", LOCALES)
def test_what_an_encoding_lacks_is_escaped(folder: Path, variables: dict[str, str]) -> None:
    assert shell(f"{LABEL} -o x.jsonl", folder).returncode == 0
    shown = shell(f"{CAPPARSE} show x.jsonl", folder, **variables)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert rb"A cat \u2018x\u2019 \U0001f436" in shown.stdout
    streamed = shell(f"{LABEL} -o -", folder, **variables)
    assert streamed.stdout == (folder / "x.jsonl").read_bytes()
    found = shell(f"{CAPPARSE} find x.jsonl --class dog --print records", folder, **variables)
    assert (found.returncode, "café" in found.stdout.decode()) == (0, True)


def test_a_caption_in_a_locale_of_few_characters(folder: Path) -> None:
    read = shell(f"{CAPPARSE} scene-graph 'a café' --json", folder, **LOCALES[1])
    assert (read.returncode, read.stderr) == (0, b"")
    assert "café" in read.stdout.decode()


@pytest.mark.parametrize(
    "command",
    ["show x.jsonl", "find x.jsonl --class dog --print records", "label in.tsv --labeller exact -q -o -"],
)
def test_a_reader_that_goes_away_is_told_as_by_other_tools(folder: Path, command: str) -> None:
    rows = "".join(f"{number}\tA dog and a cat.\n" for number in range(3000))
    (folder / "in.tsv").write_text(f"image_id\tcaption\n{rows}")
    assert shell(f"{LABEL} -o x.jsonl", folder).returncode == 0
    ended = shell(f"{CAPPARSE} {command} | head -n 1", folder)
    assert (ended.returncode, ended.stderr) == (141, b"")
    assert ended.stdout.count(b"\n") == 1
