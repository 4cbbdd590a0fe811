"""Words that rules list by hand: none that the rule finds without its list."""

import pytest

from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.words import body_parts, depiction_words
from caption_parser.syntax.words.word_lists import in_both_numbers

LEXICON = default_lexicon()


def test_nouns_in_both_numbers() -> None:
    assert in_both_numbers("dog scarf tapestry sheep") == frozenset(
        "dog dogs scarf scarves scarfs tapestry tapestries sheep".split()
    )


def test_likenesses_are_not_listed_that_wordnet_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    listed, unmeant = depiction_words._OTHER_LIKENESSES, depiction_words._NO_LIKENESSES
    monkeypatch.setattr(depiction_words, "_OTHER_LIKENESSES", frozenset())
    monkeypatch.setattr(depiction_words, "_NO_LIKENESSES", frozenset())
    found = depiction_words.DepictionWords.of(LEXICON).likenesses
    assert sorted(listed & found) == []
    assert sorted(unmeant - found) == []


def test_parts_of_bodies_are_not_listed_that_wordnet_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    listed, unmeant = body_parts._OTHER_PARTS, body_parts._NO_PARTS
    monkeypatch.setattr(body_parts, "_OTHER_PARTS", frozenset())
    monkeypatch.setattr(body_parts, "_NO_PARTS", frozenset())
    parts = body_parts.BodyParts(LEXICON)
    assert [word for word in sorted(listed) if word in parts] == []
    assert [word for word in sorted(unmeant) if word not in parts] == []
