"""Relations in records: between the mentions of their caption, flagged as these, where they are wanted."""

import pytest

from caption_parser import CaptionParser
from shared_schemas import ImageLabels
from shared_schemas.checks import check

CAPTIONS = (
    "A man in a hat is holding a dog next to two cats",
    "A statue of a horse beside a car",
    "no dog on a couch",
    "two computer screens and a toilet seat",
)


@pytest.fixture(scope="module")
def record() -> ImageLabels:
    parser = CaptionParser(senses="first", keep_unlabelled=True, relations=True)
    (record,) = parser.label({7: CAPTIONS})
    assert not list(check(record, parser.label_space))
    return record


def test_they_stand_between_the_mentions_of_their_caption(record: ImageLabels) -> None:
    found = []
    for one in record.relations:
        subject, target = record.mentions[one.subject], record.mentions[one.object]
        caption = record.captions[subject.caption]
        found.append((subject.head, one.predicate, target.head, caption[one.start : one.end], tuple(one.flags)))
        phrase = caption[one.phrase_start : one.phrase_end]
        assert subject.head in phrase
        assert target.head in phrase
    assert ("man", "in", "hat", "in", ()) in found
    assert ("man", "hold", "dog", "holding", ()) in found
    assert ("horse", "of", "statue") not in [one[:3] for one in found]
    assert {flag for one in found if one[2] == "couch" for flag in one[4]} == {"negated"}
    assert all("depicted" in one[4] for one in found if "horse" in one[:3:2])
    assert all(one.subject != one.object for one in record.relations)  # a toilet seat has no toilet of its own


@pytest.mark.parametrize(
    ("options", "expected"), [({}, 0), ({"mode": "paper", "relations": True}, 1), ({"relations": True}, 1)]
)
def test_an_option_decides(options: dict[str, object], expected: int) -> None:
    (record,) = CaptionParser(senses="first", **options).label(["a man holding a dog"])
    assert len(record.relations) == expected
