"""Grouping by image equals a dictionary in memory, without the memory."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.captions import ImageCaptions
from caption_parser.readers import CaptionRow
from caption_parser.runs import kept_rows, repeats, scattered, temporary
from caption_parser.runs.grouping import group_by_image
from shared_runtime.errors import CapparseError, InputError

image_ids = st.one_of(
    st.integers(), st.integers(0, 5), st.sampled_from(["0", "1", "i1", "s"]), st.text(max_size=3)
)
captions_of_images = st.lists(
    st.tuples(image_ids, st.text(max_size=5), st.none() | st.text(max_size=3)), max_size=40
)


def rows_of(triples: list[tuple[int | str, str, str | None]]) -> list[CaptionRow]:
    return [CaptionRow(image_id, text, row, name) for row, (image_id, text, name) in enumerate(triples, 1)]


def grouped_in_memory(rows: list[CaptionRow]) -> list[ImageCaptions]:
    images: dict[tuple[type, int | str], list[CaptionRow]] = {}
    for row in rows:
        images.setdefault((type(row.image_id), row.image_id), []).append(row)
    return [
        ImageCaptions(
            of_image[0].image_id,
            tuple(row.caption for row in of_image),
            next((row.file_name for row in of_image if row.file_name is not None), None),
            of_image[0].row,
        )
        for of_image in images.values()
    ]


@given(captions_of_images)
def test_images_and_captions_come_in_the_order_of_a_dictionary(
    triples: list[tuple[int | str, str, str | None]],
) -> None:
    rows = rows_of(triples)
    with group_by_image(rows) as images:
        assert images.captions == len(rows)
        assert list(images) == grouped_in_memory(rows)


@given(captions_of_images)
def test_a_grouped_stream_gives_the_same_images_and_fingerprint(
    triples: list[tuple[int | str, str, str | None]],
) -> None:
    rows = [
        CaptionRow(image.image_id, caption, image.row, image.file_name)
        for image in grouped_in_memory(rows_of(triples))
        for caption in image.captions
    ]
    with group_by_image(rows) as sorted_images, group_by_image(rows, already_grouped=True) as streamed:
        assert list(streamed) == list(sorted_images)
        assert streamed.fingerprint == sorted_images.fingerprint


def test_a_stream_hands_out_an_image_before_it_reads_the_next_but_one() -> None:
    taken = []

    def rows() -> Iterator[CaptionRow]:
        for number in range(4):
            taken.append(number)
            yield CaptionRow(number // 2, f"caption {number}", number + 1)

    with group_by_image(rows(), already_grouped=True) as images:
        first = next(iter(images))
        assert first == ImageCaptions(0, ("caption 0", "caption 1"), None, 1)
        assert taken == [0, 1, 2]
        assert images.fingerprint.rows == 2


def test_an_image_that_comes_back_in_a_grouped_stream_is_an_error() -> None:
    rows = [CaptionRow(1, "a", 1), CaptionRow("1", "b", 2), CaptionRow(1, "c", 3)]
    with (
        group_by_image(rows, already_grouped=True) as images,
        pytest.raises(InputError, match="row 3: image 1 comes back"),
    ):
        list(images)


@pytest.mark.parametrize(
    "other",
    [
        CaptionRow("1", "a dog", 1, "1.jpg"),
        CaptionRow(1, "a dog.", 1, "1.jpg"),
        CaptionRow(1, "a dog", 2, "1.jpg"),
        CaptionRow(1, "a dog", 1),
    ],
)
def test_the_fingerprint_tells_rows_apart_that_differ_in_one_field(other: CaptionRow) -> None:
    digests = set()
    for row in (CaptionRow(1, "a dog", 1, "1.jpg"), other):
        with group_by_image([row]) as images:
            digests.add(images.fingerprint.digest)
    assert len(digests) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device to write to")
def test_a_full_temporary_disk_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def connect_with_little_room(*arguments: object, **options: object) -> sqlite3.Connection:
        database = connect(*arguments, **options)
        database.execute("PRAGMA max_page_count=20")
        return database

    rows = [CaptionRow(number % 2500, "a dog " * 50, number + 1) for number in range(5000)]
    with monkeypatch.context() as small:
        small.setattr(scattered.sqlite3, "connect", connect_with_little_room)
        with pytest.raises(CapparseError, match=r"database or disk is full.*TMPDIR"), group_by_image(rows):
            pass
    monkeypatch.setattr(temporary, "TemporaryFile", lambda buffering: open("/dev/full", "r+b", buffering))  # noqa: PTH123, SIM115
    with pytest.raises(CapparseError, match=r"No space left on device.*TMPDIR"), group_by_image(rows):
        pass


@pytest.mark.parametrize("few", [0, 10_000])
def test_many_rows_go_the_same_way_through_chunks_buckets_and_runs_on_disk(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "_CHUNK", 7)
    monkeypatch.setattr(repeats, "_WAITING", 500)
    monkeypatch.setattr(repeats, "_FEW", few)
    chosen = random.Random(few)
    # The hashes of -1 and -2 are the same.
    rows = [CaptionRow(number - 3, f"once {number}", number) for number in range(1, 3)]
    rows += [
        CaptionRow(str(number) if chosen.random() < 0.7 else chosen.randrange(300), f"dog {number}", number)
        for number in range(3, 3000)
    ]
    with group_by_image(rows) as images:
        assert list(images) == grouped_in_memory(rows)


def test_memory_does_not_grow_with_the_number_of_captions() -> None:
    script = """
import resource, sys
from caption_parser.readers import CaptionRow
from caption_parser.runs.grouping import group_by_image
numbers = range(int(sys.argv[1]))
rows = (CaptionRow(number % 7919, f"a dog {number} on a sofa " * 4, number + 1) for number in numbers)
with group_by_image(rows) as images:
    for _ in images:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    few, many = (
        int(subprocess.run([sys.executable, "-c", script, str(rows)], capture_output=True, check=True).stdout)
        for rows in (10_000, 60_000)
    )
    # The 50,000 rows more are 5 MB of text and 20 MB of objects.
    assert many - few < 6_000, "KiB"
