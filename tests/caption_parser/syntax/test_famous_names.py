"""Names of things: what the table lists can be found."""

from collections import Counter

import pytest

from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.names.famous_names import famous_names
from tests.parsers import parser_of


def test_what_names_show_is_in_wordnet_and_no_name_is_listed_twice_for_it() -> None:
    lexicon = default_lexicon()
    listed = Counter[tuple[str, str]]()
    for told in famous_names():
        assert lexicon.lexname(lexicon.synset(told.show)).startswith("noun.")
        assert told.words == told.words.lower()
        listed.update((told.show, " ".join(name.split())) for name in told.words.split(","))
    assert [name for name, count in listed.items() if count > 1] == []


@pytest.mark.parametrize(
    ("caption", "evidence"),
    [
        ("HMS Victory at Portsmouth", "HMS Victory"),
        ("Queen Mary waves from the MV Isle of Mull", "MV Isle"),
        ("The Lufthansa 747-800 lands", "747-800"),
        ("My new Brompton", "Brompton"),
        ("Two steller's jays", "steller's jays"),
    ],
)
def test_the_words_of_a_name_are_the_evidence(caption: str, evidence: str) -> None:
    (labels,) = parser_of().label([caption])
    implied = [one for one in labels.mentions if one.rule == "implied" and one.head == evidence]
    assert implied, [(one.head, one.rule) for one in labels.mentions]


def test_the_switch_turns_names_off() -> None:
    (labels,) = parser_of(without="named_things").label(["HMS Victory at Portsmouth"])
    assert not labels.foreground


@pytest.mark.parametrize("thing", ["plane", "Lufthansa 747"])
def test_names_heed_the_switches_of_what_is_not_there(thing: str) -> None:
    gone, perhaps = f"The {thing} is gone", f"Possibly a {thing}"
    for without, there in (("", set()), ("absence", {"airplane"})):
        (labels,) = parser_of(without=without).label([gone])
        assert {one.name for one in labels.foreground} == there
    doubted, sure = (next(parser_of(without=rule).label([perhaps])).foreground[0] for rule in ("", "hedges"))
    assert doubted.confidence == sure.confidence / 2
