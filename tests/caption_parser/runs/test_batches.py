"""Batches are cut by captions, and their bytes stand alone."""

import gzip
import json
from collections.abc import Callable

import pytest
import zstandard

from caption_parser.captions import ImageCaptions
from caption_parser.readers import CaptionRow
from caption_parser.runs.batches import (
    BATCH_CAPTIONS,
    Batch,
    BatchLabeller,
    compressed,
    into_batches,
)
from caption_parser.runs.grouping import group_by_image
from caption_parser.runs.state import Fingerprint
from shared_runtime.errors import CapparseError, MissingResourceError

FINGERPRINT = Fingerprint(rows=0, digest="")


def test_a_batch_ends_with_the_image_that_fills_it() -> None:
    rows = [CaptionRow(number // 5, "a dog", number + 1) for number in range(1300)]
    with group_by_image(rows) as images:
        batches = list(into_batches(images))
    assert [batch.captions for batch in batches] == [515, 515, 270]
    assert BATCH_CAPTIONS == 512
    assert [batch.images[0].image_id for batch in batches] == [0, 103, 206]


def test_the_first_batches_of_a_stream_are_small() -> None:
    rows = [CaptionRow(number // 2, "a dog", number + 1) for number in range(2000)]
    with group_by_image(rows, already_grouped=True) as images:
        sizes = [batch.captions for batch in into_batches(images, first=100)]
    assert sizes == [100, 200, 400, 512, 512, 276]


def test_labelled_lines_name_their_source(word_parser: Callable) -> None:
    images = (ImageCaptions(7, ("a dog runs", "it rains"), "7.jpg", 3), ImageCaptions("x", ("a cat",), None, 5))
    task = BatchLabeller(word_parser()(None).label_images, "in.tsv", ".jsonl")
    labelled = task(Batch(images, FINGERPRINT))
    first, second = map(json.loads, labelled.lines.splitlines())
    assert first["source"] == {"path": "in.tsv", "row": 3}
    assert first["foreground"] == [{"id": 17, "name": "dog", "votes": 1, "attributes": []}]
    assert (second["image_id"], second["source"]["row"], second["foreground"]) == ("x", 5, [])
    assert (labelled.counts.images, labelled.counts.captions, labelled.counts.labelled_images) == (2, 3, 1)
    assert labelled.counts.foreground == {"dog": 1}


def test_compressed_batches_can_be_joined() -> None:
    parts = [b"first\n", b"", b"second\n"]
    assert gzip.decompress(b"".join(compressed(part, ".gz") for part in parts)) == b"first\nsecond\n"
    frames = b"".join(compressed(part, ".zst") for part in parts)
    with zstandard.ZstdDecompressor().stream_reader(frames, read_across_frames=True) as reader:
        assert reader.read() == b"first\nsecond\n"
    assert compressed(b"plain\n", ".jsonl") == b"plain\n"


def test_a_failing_parser_is_an_error_that_names_the_images(word_parser: Callable) -> None:
    def fail(_: object) -> None:
        raise KeyError("lemma")

    task = BatchLabeller(word_parser(fail)(None).label_images, "in.tsv", "")
    images = (ImageCaptions(7, ("a",)), ImageCaptions(9, ("b",)))
    with pytest.raises(
        CapparseError, match=r"in.tsv: labelling the images 7 to 9 failed, each alone too: KeyError: 'lemma'"
    ):
        task(Batch(images, FINGERPRINT))


def test_a_failure_that_the_user_can_mend_stays_what_it_is(word_parser: Callable) -> None:
    def fail(_: object) -> None:
        raise MissingResourceError("no model")

    task = BatchLabeller(word_parser(fail)(None).label_images, "in.tsv", "")
    with pytest.raises(MissingResourceError, match="no model"):
        task(Batch((ImageCaptions(7, ("a",)),), FINGERPRINT))
