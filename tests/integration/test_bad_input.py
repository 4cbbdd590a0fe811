"""Bad input through the whole command: never a traceback, never a lost good row."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from shared_runtime.errors import ExitCode
from shared_schemas import read_labels

GOOD = {"image_id": 1, "caption": "A dog"}
LONG = "a dog and " * 10_000


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def coco(*annotations: dict[str, object]) -> bytes:
    return json.dumps({"images": [{"id": 1, "file_name": "1.jpg"}], "annotations": annotations}).encode()


@dataclass(frozen=True)
class Bad:
    """A damaged input and what must come of it."""

    name: str
    file: str
    content: bytes
    labelled: list[int | str]
    """Image ids of the records that must come out, in order."""
    reasons: list[str]
    """Reasons of the rows that must be rejected, in order."""


BAD = [
    Bad(
        "truncated COCO", "c.json", coco(GOOD, {"image_id": 2, "caption": "A cat"})[:-30], [1], ["truncated-json"]
    ),
    Bad("COCO caption missing", "c.json", coco({"image_id": 2}, GOOD), [1], ["missing-field"]),
    Bad("COCO caption of wrong type", "c.json", coco({"image_id": 2, "caption": 3}, GOOD), [1], ["wrong-type"]),
    Bad(
        "COCO image id of wrong type", "c.json", coco({"image_id": [2], "caption": "x"}, GOOD), [1], ["wrong-type"]
    ),
    Bad("COCO image id missing", "c.json", coco({"caption": "A cat"}, GOOD), [1], ["missing-field"]),
    Bad("line of broken JSON", "c.jsonl", b'{"image_id": 2, "cap\n' + lines(GOOD), [1], ["invalid-json"]),
    Bad("line that is no object", "c.jsonl", b"[1, 2]\n" + lines(GOOD), [1], ["wrong-type"]),
    Bad("empty caption", "c.jsonl", lines({"image_id": 2, "caption": " "}, GOOD), [1], ["empty-caption"]),
    Bad("null caption", "c.jsonl", lines({"image_id": 2, "caption": None}, GOOD), [1], ["wrong-type"]),
    Bad("huge caption", "c.jsonl", lines({"image_id": 2, "caption": LONG}, GOOD), [1], ["caption-too-long"]),
    Bad("NUL", "c.jsonl", lines({"image_id": 2, "caption": "a\0b"}, GOOD), [1], ["control-characters"]),
    Bad("lone surrogate", "c.jsonl", lines({"image_id": 2, "caption": "\ud800"}, GOOD), [1], ["lone-surrogate"]),
    Bad(
        "Latin-1 line",
        "c.jsonl",
        b'{"image_id": 2, "caption": "caf\xe9"}\n' + lines(GOOD),
        [1],
        ["wrong-encoding"],
    ),
    Bad("repeated rows", "c.jsonl", lines(GOOD, GOOD), [1], []),
    Bad("ids of two types", "c.jsonl", lines(GOOD, {"image_id": "1", "caption": "A cat"}), [1, "1"], []),
    Bad("no last newline", "c.jsonl", lines(GOOD).rstrip(), [1], []),
    Bad("byte order mark", "c.jsonl", b"\xef\xbb\xbf" + lines(GOOD), [1], []),
    Bad("Windows lines, blank lines", "c.jsonl", lines(GOOD).replace(b"\n", b"\r\n\r\n"), [1], []),
    Bad("short CSV row", "c.csv", b"image_id,caption\n2\n1,A dog\n", ["1"], ["wrong-column-count"]),
    Bad("stray CSV quote", "c.csv", b'image_id,caption\n2,"A cat\n1,A dog\n', ["1"], ["bad-quoting"]),
    Bad("NUL in text", "c.txt", b"A dog\nA\0cat\n", [1], ["control-characters"]),
    Bad("UTF-16", "c.txt", "A dog\nA cat\n".encode("utf-16"), [1, 2], []),
    Bad("truncated gzip", "c.txt.gz", gzip.compress(b"A dog\n", mtime=0)[:-6], [1], ["truncated-stream"]),
    Bad("malformed Flickr line", "c.token.txt", b"no tab here\n1.jpg#0\tA dog\n", ["1.jpg"], ["malformed-line"]),
]


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_damage_costs_the_rows_that_it_hit(tmp_path: Path, bad: Bad) -> None:
    source, output = tmp_path / bad.file, tmp_path / "labels.jsonl"
    source.write_bytes(bad.content)
    result = CliRunner().invoke(app, ["label", str(source), "-o", str(output), "--labeller", "exact"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output
    found = [record.image_id for record in read_labels(output)]
    rejected_file = output.with_name("labels.jsonl.rejected.jsonl")
    rows = rejected_file.read_text().splitlines() if rejected_file.exists() else []
    rejected = [json.loads(row)["reason"] for row in rows]
    assert rejected == bad.reasons
    assert result.exit_code == (ExitCode.PARTIAL if bad.reasons else ExitCode.OK)
    assert found == bad.labelled


def _folder(tmp_path: Path) -> Path:
    return tmp_path


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty.jsonl").touch()
    return tmp_path / "empty.jsonl"


def _missing(tmp_path: Path) -> Path:
    return tmp_path / "nothing.jsonl"


def _not_gzip(tmp_path: Path) -> Path:
    (tmp_path / "c.jsonl.gz").write_bytes(lines(GOOD))
    return tmp_path / "c.jsonl.gz"


def _wrong_fields(tmp_path: Path) -> Path:
    (tmp_path / "c.jsonl").write_bytes(lines({"id": 1, "alt_text_of_it": "A dog"}))
    return tmp_path / "c.jsonl"


def _unknown_suffix(tmp_path: Path) -> Path:
    (tmp_path / "c.xyz").write_bytes(b"A dog")
    return tmp_path / "c.xyz"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_folder, "is an empty directory, expected a file"),
        (_empty, "empty"),
        (_missing, "does not exist"),
        (_not_gzip, "is not compressed although its name ends in .gz"),
        (_wrong_fields, "Try --caption-field"),
        (_unknown_suffix, "--format"),
    ],
)
def test_an_input_that_cannot_be_read_at_all_is_one_message(tmp_path: Path, make: object, message: str) -> None:
    source = make(tmp_path)  # type: ignore[operator]
    result = CliRunner().invoke(
        app, ["label", str(source), "-o", str(tmp_path / "o.jsonl"), "--labeller", "exact"]
    )
    assert result.exit_code in (ExitCode.FAILURE, ExitCode.USAGE)
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_one_message(tmp_path: Path) -> None:
    source = tmp_path / "c.jsonl"
    source.write_bytes(lines(GOOD))
    result = CliRunner().invoke(app, ["label", str(source), "-o", "/dev/full", "--labeller", "exact"])
    assert result.exit_code == ExitCode.FAILURE
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.output
