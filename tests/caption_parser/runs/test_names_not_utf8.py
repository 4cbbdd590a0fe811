r"""Names of files that are not UTF-8, as old archives have them: they work, and are shown with `\xff`."""

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.runs.run import label_file
from caption_parser.shards.planning import make_plan
from shared_runtime.errors import InputError
from shared_runtime.files import shown_path
from shared_schemas.jsonl import read_labels
from tests.caption_parser.runs.stops import MakeParser

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")


def name(folder: Path, raw: bytes) -> Path:
    return folder / os.fsdecode(raw)


@pytest.mark.parametrize("raw", [b"b\xff", b"\xe9t\xe9", b"caf\xc3\xa9"])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("as_pattern", [False, True])
def test_such_files_are_labelled(
    tmp_path: Path, word_parser: MakeParser, raw: bytes, several: bool, as_pattern: bool
) -> None:
    shown = raw.decode("utf-8", "backslashreplace")
    for number in range(1 + several):
        name(tmp_path, raw + b"%d.txt" % number).write_text("a dog\n\x01\n")
    sources = [tmp_path / "*.txt"] if as_pattern else sorted(tmp_path.glob("*.txt"))
    output = name(tmp_path, raw + b".jsonl")
    for status in ("complete", "up to date"):
        summary = label_file(sources, output, build_parser=word_parser())
        assert (summary.status, summary.images) == (status, 1 + several)
    assert summary.rejected_file == str(tmp_path / f"{shown}.jsonl.rejected.jsonl")
    records = list(read_labels(output))
    if several:
        assert [record.source.path for record in records] == [str(tmp_path / f"{shown}{n}.txt") for n in (0, 1)]
        assert [record.image_id for record in records] == [f"{tmp_path / shown}{n}.txt:1" for n in (0, 1)]
    rejected = Path(f"{output}.rejected.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["source"] for line in rejected] == [
        str(tmp_path / f"{shown}{number}.txt") for number in range(1 + several)
    ]


def test_a_plan_says_that_it_cannot_hold_them(tmp_path: Path) -> None:
    path = name(tmp_path, b"b\xff.txt")
    path.write_text("a dog\n")
    with pytest.raises(InputError, match=r"b\\xff.txt: the name is not UTF-8.*Rename it"):
        make_plan(path, tmp_path / "plan")


def test_a_message_shows_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["label", str(name(tmp_path, b"n\xff.csv")), "-o", str(tmp_path / "x.jsonl")])
    assert result.exit_code == 1
    assert r"n\xff.csv does not exist" in result.output


def test_halves_of_pairs_are_no_bytes() -> None:
    assert shown_path("a\ud800\udcff é") == "a\\ud800\\xff é"
