"""The rejected-rows file."""

import json
from pathlib import Path

import pytest

from caption_parser.readers import RejectedRow, RejectedWriter
from caption_parser.readers.rows import MAX_RAW_CHARS, Reason
from shared_runtime.errors import CapparseError


def test_no_rejected_row_no_file(tmp_path: Path) -> None:
    with RejectedWriter(tmp_path / "rejected.jsonl") as writer:
        pass
    assert list(tmp_path.iterdir()) == []
    assert writer.counts == {}


def test_lines_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    with RejectedWriter(path) as writer:
        writer.write(RejectedRow(3, Reason.EMPTY_CAPTION, "the caption is empty", "3\t"))
        writer.write(RejectedRow(5, Reason.EMPTY_CAPTION, "the caption is empty", "é", "b.tsv"))
    assert path.read_text(encoding="utf-8") == (
        '{"row": 3, "reason": "empty-caption", "message": "the caption is empty", "raw": "3\\t"}\n'
        '{"source": "b.tsv", "row": 5, "reason": "empty-caption", "message": "the caption is empty", "raw": "é"}\n'
    )
    assert writer.counts == {"empty-caption": 2}


@pytest.mark.parametrize("raw", ["\ud83d", "\x00", 'a "\\ b', "a\nb\u2028c", "\udcff\U0001f415"])
def test_any_raw_text_is_one_line_that_reads_back(raw: str, tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    with RejectedWriter(path) as writer:
        writer.write(RejectedRow(1, "x", "y", raw))
    (line,) = path.read_bytes().removesuffix(b"\n").split(b"\n")
    assert json.loads(line)["raw"] == raw


def test_a_very_long_raw_text_is_cut_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    with RejectedWriter(path) as writer:
        writer.write(RejectedRow(1, "x", "y", "a" * (MAX_RAW_CHARS + 1500)))
    assert json.loads(path.read_text())["raw"] == "a" * MAX_RAW_CHARS + "… (1,500 more characters)"


def test_each_line_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    writer = RejectedWriter(path)
    writer.write(RejectedRow(1, "x", "y", "z"))
    assert json.loads(path.read_text())["raw"] == "z"
    writer.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk() -> None:
    writer = RejectedWriter(Path("/dev/full"))
    with pytest.raises(
        CapparseError, match=r"/dev/full: rejected rows cannot be written: No space left on device"
    ):
        writer.write(RejectedRow(1, "x", "y", "z"))
    with pytest.raises(CapparseError, match="No space left"):
        writer.close()


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    writer = RejectedWriter(tmp_path / "nowhere" / "rejected.jsonl")
    with pytest.raises(CapparseError, match="No such file or directory"):
        writer.write(RejectedRow(1, "x", "y", "z"))
