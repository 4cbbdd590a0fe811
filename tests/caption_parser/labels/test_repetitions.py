"""Numbers of what a text has counted before."""

import pytest

from caption_parser import CaptionParser
from tests.parsers import parser_of

COUNTS = {
    "Two dogs play on the beach. The two dogs are brown.": {"dog": 2},
    "A dog sits on a bench. The dog is black.": {"dog": 1, "bench": 1},
    "One dog is black, the other dog is white.": {"dog": 2},
    "Two dogs are on a couch. One dog is brown. The other dog is white.": {"dog": 2, "couch": 1},
    "Two cats and a third cat": {"cat": 3},
    "Two cats and two more cats": {"cat": 4},
    "A man stands by a car. Another man sits in the car.": {"person": 2, "car": 1},
    "There are three people in the image. One person wears a tie.": {"person": 3, "tie": 1},
    "A group of five people. A man on the left wears a tie.": {"person": 5, "tie": 1},
    "Two people and a man": {"person": 3},
    "A woman holds a cup. A second woman holds a cup.": {"person": 2, "cup": 2},
    "Four chairs surround a bed. All four chairs are red.": {"chair": 4, "bed": 1},
    "Three zebras stand, two zebras facing left and one zebra facing right": {"zebra": 3},
    "A cat and a cat": {"cat": 2},
    "A dog sleeps. The three dogs are brown.": {"dog": 3},
    "A man without two dogs. Two dogs are far away.": {"person": 1, "dog": 2},
}


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return parser_of(senses="first")


@pytest.mark.parametrize("caption", COUNTS)
def test_counts(parser: CaptionParser, caption: str) -> None:
    (record,) = parser.label([caption])
    assert {label.name: label.count for label in record.foreground if label.count} == COUNTS[caption]


def test_the_rule_has_a_switch() -> None:
    (record,) = parser_of(senses="first", without="repetitions").label(["Two dogs play. The two dogs are brown."])
    assert [label.count for label in record.foreground] == [4]
