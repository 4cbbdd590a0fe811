"""No caption is too deep or too long to be read, and reading it takes work in proportion to its length.

Work is counted in function calls, which are the same on every machine; `benchmarks.caption_length` measures time.
"""

import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest

from benchmarks.caption_length import KINDS
from caption_parser import CaptionParser
from caption_parser.captions import ImageCaptions
from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.text.boilerplate import FILE_NAMES
from caption_parser.syntax.text.segments import Segmenter
from tests.parsers import parser_of

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
_MORE_AT_FOUR_TIMES_THE_LENGTH = 7
"""Four times the calls is linear, sixteen times is quadratic."""


def calls(work: Callable[[], object]) -> int:
    """How many functions, Python's and built-in ones, `work` calls."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return parser_of(mode="visual", senses="first")


@pytest.mark.parametrize("text", DEEP)
def test_deep_captions_are_labelled(parser: CaptionParser, text: str) -> None:
    caption = text * DEEP[text]
    (record,) = parser.label([caption])
    assert record.captions == (caption,)
    assert all(0 <= m.phrase_start <= m.start < m.end <= m.phrase_end <= len(caption) for m in record.mentions)


@pytest.mark.parametrize("kind", KINDS)
def test_work_grows_with_length_and_not_with_its_square(parser: CaptionParser, kind: str) -> None:
    def of_length(length: int) -> int:
        caption = KINDS[kind](length)
        return calls(lambda: list(parser.label([caption])))

    of_length(1_000)
    assert of_length(16_000) < _MORE_AT_FOUR_TIMES_THE_LENGTH * of_length(4_000)


def test_addresses_are_looked_for_in_time_that_grows_with_the_length() -> None:
    def seconds(length: int) -> float:
        text = ("cat_" * length)[:length]
        started = time.process_time()
        assert list(FILE_NAMES.finditer(text)) == []
        return time.process_time() - started

    seconds(1_000)
    # A hundred times as much is a second; in proportion it is a few milliseconds.
    assert seconds(100_000) < 0.5
    mail = "by me@x.org and a.b+c@d-e.co.uk, or cat_@x.com"
    assert FILE_NAMES.findall(mail) == ["me@x.org", "a.b+c@d-e.co.uk", "cat_@x.com"]


def test_hyphens_are_read_in_time_that_grows_with_the_length() -> None:
    cut = Segmenter(default_lexicon())

    def seconds(length: int) -> float:
        text = "dog - " * length
        started = time.process_time()
        cut(text)
        return time.process_time() - started

    seconds(100)
    longer, shorter = (min(seconds(length) for _ in range(3)) for length in (16_000, 4_000))
    assert longer < _MORE_AT_FOUR_TIMES_THE_LENGTH * shorter


def test_an_image_with_very_many_captions(parser: CaptionParser) -> None:
    words = ["bear", "teddy bear", "bike", "motorcycle", "table", "desk", "man", "woman", "dog", "puppy"]
    captions = tuple(
        f"a {one} and number {number} of a {two}" for number in range(10) for one in words for two in words
    )

    def of_times(times: int) -> int:
        return calls(lambda: parser.label_images([ImageCaptions(1, captions * times)]))

    of_times(1)
    assert of_times(4) < _MORE_AT_FOUR_TIMES_THE_LENGTH * of_times(1)
