"""Patterns of input files."""

import os
from pathlib import Path

import pytest

from caption_parser.readers import expand_inputs
from caption_parser.readers.inputs import expand_braces
from shared_runtime.errors import InputError


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("shard.tar", ["shard.tar"]),
        ("shard-{008..011}.tar", ["shard-008.tar", "shard-009.tar", "shard-010.tar", "shard-011.tar"]),
        ("{8..10}", ["8", "9", "10"]),
        ("{a,b}-{1..2}", ["a-1", "a-2", "b-1", "b-2"]),
        ("{2..1}", []),
        ("{name}", ["{name}"]),
    ],
)
def test_braces(pattern: str, expected: list[str]) -> None:
    assert list(expand_braces(pattern)) == expected


def test_stars_match_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).touch()
    assert expand_inputs([f"{tmp_path}{os.sep}*.txt", "-", tmp_path / "c.csv"]) == [
        tmp_path / "a.txt",
        tmp_path / "b.txt",
        "-",
        tmp_path / "c.csv",
    ]


def test_a_name_that_exists_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "a[1]{b,c}.txt"
    path.touch()
    assert expand_inputs([path]) == [path]


def test_a_pattern_without_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file matches .*\*\.tar"):
        expand_inputs([tmp_path / "*.tar"])


def test_a_range_that_counts_down() -> None:
    with pytest.raises(InputError, match="a range counts upwards"):
        expand_inputs(["shard-{3..1}.tar"])
