"""What a caption is not sure of, and what it only concludes."""

import pytest

from caption_parser import CaptionParser
from shared_schemas import Flag
from tests.parsers import parser_of

UNCERTAIN = {
    "There is possibly a cat on the couch": {"cat"},
    "What appears to be a dog lies on a bed": {"dog"},
    "An animal that might be a bear": {"bear"},
    "A vehicle, likely a truck, is parked": {"truck"},
    "A cat or maybe a dog": {"dog"},
    "The man is probably waiting for a bus": set(),
    "A man appears to be riding a horse": set(),
    "It may be in a park with a dog": set(),
}
CONCLUDED = {
    "A chair is empty, suggesting that a person was here": {"person"},
    "A cat looks as if a dog scared it": {"dog"},
    "A cup stands on the table, indicating the presence of people": {"people"},
    "A man runs, suggesting that the man is late": set(),
    "A suggestion of a horse": set(),
}


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return parser_of(senses="first")


@pytest.mark.parametrize("caption", UNCERTAIN)
def test_what_a_caption_is_not_sure_of(parser: CaptionParser, caption: str) -> None:
    (record,) = parser.label([caption])
    assert {mention.head for mention in record.mentions if Flag.UNCERTAIN in mention.flags} == UNCERTAIN[caption]


@pytest.mark.parametrize("caption", CONCLUDED)
def test_what_a_caption_concludes(parser: CaptionParser, caption: str) -> None:
    (record,) = parser.label([caption])
    assert {mention.head for mention in record.mentions if Flag.NEGATED in mention.flags} == CONCLUDED[caption]


def test_an_uncertain_class_is_asserted_at_half_the_confidence_unless_the_flag_blocks() -> None:
    captions = ["A dog", "Possibly a dog", "A dog and possibly a dog"]
    sure, hedged, both = parser_of(senses="first").label(captions)
    assert [record.foreground[0].confidence for record in (sure, hedged, both)] == [0.8, 0.4, 0.8]
    (blocked,) = parser_of(senses="first", block="all,uncertain").label(captions[1:2])
    assert blocked.foreground == ()
    (without,) = parser_of(senses="first", without="hedges").label(captions[1:2])
    assert without.foreground[0].confidence == 0.8
