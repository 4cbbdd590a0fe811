"""Patterns of inputs, and parts of a row stream."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.readers import CaptionRow, RejectedRow, Row, expand_inputs, read_captions
from caption_parser.readers.inputs import expand_braces, first_captions, sample_images
from shared_runtime.errors import InputError


def test_what_is_given_twice_is_read_once_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, caption in (("a", "a dog"), ("b", "a cat")):
        Path(f"{name}.txt").write_text(f"{caption}\n", "utf-8")
    once = list(read_captions(["a.txt", "b.txt"]))
    Path("link.txt").symlink_to("a.txt")
    told: list[str] = []
    assert (
        list(read_captions(["a.txt", "b.txt", "./b.txt", "*.txt", tmp_path / "a.txt"], notice=told.append)) == once
    )
    assert told[0] == "a.txt: it was given more than once, and is read once"
    assert list(read_captions(["a.txt", "a.txt"])) == list(read_captions("a.txt"))


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


REJECTED = RejectedRow(2, "empty-caption", "the caption is empty", "")
ROWS: list[Row] = [CaptionRow(1, "a dog", 1), REJECTED, CaptionRow(2, "a cat", 3), CaptionRow(1, "a pup", 4)]


@pytest.mark.parametrize(("limit", "expected"), [(0, []), (1, ROWS[:1]), (2, ROWS[:3]), (3, ROWS), (9, ROWS)])
def test_first_captions_counts_captions_only(limit: int, expected: list[Row]) -> None:
    assert list(first_captions(ROWS, limit)) == expected


def test_first_captions_reads_no_further() -> None:
    def rows() -> Iterator[Row]:
        yield ROWS[0]
        raise AssertionError

    assert list(first_captions(rows(), 1)) == [ROWS[0]]


def image_rows(image_ids: list[int]) -> list[Row]:
    return [CaptionRow(image_id, "a dog", row) for row, image_id in enumerate(image_ids, 1)]


IMAGE_IDS = st.lists(st.integers(0, 20), max_size=60)


@given(image_ids=IMAGE_IDS, size=st.integers(0, 25), seed=st.integers(0, 5))
def test_a_sample_is_whole_images_in_input_order(image_ids: list[int], size: int, seed: int) -> None:
    rows = image_rows(image_ids)
    sample = list(sample_images(rows, size, seed))
    chosen = {row.image_id for row in sample if isinstance(row, CaptionRow)}
    assert len(chosen) == min(size, len(set(image_ids)))
    assert sample == [row for row in rows if isinstance(row, CaptionRow) and row.image_id in chosen]


@given(image_ids=IMAGE_IDS, size=st.integers(0, 25), shuffled=st.randoms(use_true_random=False))
def test_the_images_drawn_do_not_depend_on_the_order(image_ids: list[int], size: int, shuffled: object) -> None:
    def drawn(ids: list[int]) -> set[object]:
        return {row.image_id for row in sample_images(image_rows(ids), size, 3) if isinstance(row, CaptionRow)}

    other = list(image_ids)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert drawn(image_ids) == drawn(other)


def test_rejected_rows_come_first() -> None:
    assert list(sample_images(ROWS, 2, 0)) == [REJECTED, ROWS[0], ROWS[2], ROWS[3]]


def test_every_image_is_drawn_about_equally_often() -> None:
    rows = image_rows([*range(10), *[0] * 50])
    draws = Counter(
        row.image_id
        for seed in range(1000)
        for row in {
            row.image_id: row for row in sample_images(rows, 3, seed) if isinstance(row, CaptionRow)
        }.values()
    )
    # 300 draws each, standard deviation 14.5: five of them either way.
    assert all(227 <= draws[image_id] <= 373 for image_id in range(10))


def test_text_and_number_ids_differ() -> None:
    rows: list[Row] = [CaptionRow(1, "a dog", 1), CaptionRow("1", "a cat", 2)]
    assert len(list(sample_images(rows, 1, 0))) == 1
