"""No caption is too deep or too long to be read, and reading it takes time in proportion to its length."""

import time

import pytest

from benchmarks.caption_length import KINDS
from caption_parser import CaptionParser
from caption_parser.captions import ImageCaptions

DEEP = {
    "a dog in front of ": 320,
    "dog ": 1_800,
    "a statue of a man with ": 800,
    "no dog or cat ": 800,
    "nor red ": 1_200,
    "a group of lots of ": 800,
    "a man runs and jumps and ": 600,
    "dog-": 2_000,
    "Boston ": 1_200,
}
_SLOWER_AT_FOUR_TIMES_THE_LENGTH = 9.0
"""Four times the time is linear, sixteen times is quadratic."""


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return CaptionParser(mode="visual", senses="first")


@pytest.mark.parametrize("text", DEEP)
def test_deep_captions_are_labelled(parser: CaptionParser, text: str) -> None:
    caption = text * DEEP[text]
    (record,) = parser.label([caption])
    assert record.captions == (caption,)
    assert all(0 <= m.phrase_start <= m.start < m.end <= m.phrase_end <= len(caption) for m in record.mentions)


@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_with_length_and_not_with_its_square(parser: CaptionParser, kind: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        list(parser.label([KINDS[kind](length)]))
        return time.process_time() - started

    seconds(1_000)
    assert min(seconds(16_000) for _ in range(2)) < _SLOWER_AT_FOUR_TIMES_THE_LENGTH * max(
        0.02, min(seconds(4_000) for _ in range(2))
    )


def test_an_image_with_very_many_captions(parser: CaptionParser) -> None:
    words = ["bear", "teddy bear", "bike", "motorcycle", "table", "desk", "man", "woman", "dog", "puppy"]
    captions = tuple(
        f"a {one} and number {number} of a {two}" for number in range(10) for one in words for two in words
    )

    def seconds(times: int) -> float:
        started = time.process_time()
        parser.label_images([ImageCaptions(1, captions * times)])
        return time.process_time() - started

    seconds(1)
    assert seconds(4) < _SLOWER_AT_FOUR_TIMES_THE_LENGTH * max(0.1, seconds(1))
