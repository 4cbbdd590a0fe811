"""Which nouns are object candidates, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.tree import Tree

Parse = Callable[[str], Doc]
PAPER = ModeRules.of(Mode.PAPER)
VISUAL = ModeRules.of(Mode.VISUAL)


def heads(doc: Doc, rules: ModeRules) -> list[str]:
    return [doc[phrase.head].text for phrase in find_noun_phrases(Tree.of(doc), rules)]


def test_paper_mode_switches_everything_off_and_visual_mode_on() -> None:
    switches = ModeRules.__slots__
    assert not any(getattr(PAPER, switch) for switch in switches)
    assert all(getattr(VISUAL, switch) for switch in switches)


def test_pronouns_are_no_objects(parsed: Parse) -> None:
    doc = parsed(
        "A/DT/det/1 man/NN/ROOT/1 riding/VBG/acl/1 a/DT/det/4 horse/NN/dobj/2 near/IN/prep/2 him/PRP/pobj/5"
    )
    assert heads(doc, PAPER) == heads(doc, VISUAL) == ["man", "horse"]


def test_the_noun_of_a_phrasal_preposition_is_no_object(parsed: Parse) -> None:
    doc = parsed("A/DT/det/1 dog/NN/ROOT/1 in/IN/prep/1 front/NN/pobj/2 of/IN/prep/3 a/DT/det/6 couch/NN/pobj/4")
    assert heads(doc, PAPER) == ["dog", "couch"]


def test_quantities_and_places_are_looked_through_in_visual_mode(parsed: Parse) -> None:
    doc = parsed(
        "A/DT/det/1 lot/NN/ROOT/1 of/IN/prep/1 people/NNS/pobj/2 in/IN/prep/1 the/DT/det/6 middle/NN/pobj/4 "
        "of/IN/prep/6 a/DT/det/9 road/NN/pobj/7"
    )
    assert heads(doc, PAPER) == ["lot", "people", "middle", "road"]
    assert heads(doc, VISUAL) == ["people", "road"]


def test_a_relational_noun_in_a_compound_is_an_object(parsed: Parse) -> None:
    doc = parsed("a/DT/det/2 lap/NN/compound/2 top/NN/ROOT/2")
    assert heads(doc, VISUAL) == ["top"]


def test_nouns_that_are_not_arguments_are_found_in_visual_mode(parsed: Parse) -> None:
    doc = parsed("a/DT/det/1 man/NN/poss/3 's/POS/case/1 hat/NN/ROOT/3")
    assert heads(doc, PAPER) == ["hat"]
    assert heads(doc, VISUAL) == ["man", "hat"]


def test_compounds_belong_to_their_head(parsed: Parse) -> None:
    doc = parsed("a/DT/det/3 kitchen/NN/compound/3 dining/NN/compound/3 table/NN/ROOT/3")
    for rules in (PAPER, VISUAL):
        (phrase,) = find_noun_phrases(Tree.of(doc), rules)
        assert phrase.span(doc).text == "a kitchen dining table"


def test_coordinated_nouns_are_phrases_of_their_own(parsed: Parse) -> None:
    doc = parsed("cats/NNS/ROOT/0 ,/,/punct/0 dogs/NNS/conj/0 and/CC/cc/2 birds/NNS/conj/2")
    assert heads(doc, PAPER) == ["cats", "dogs", "birds"]


def test_a_conjunct_of_a_modifier_is_no_object(parsed: Parse) -> None:
    doc = parsed("an/DT/det/4 apple/NN/compound/4 and/CC/cc/1 cherry/NN/conj/1 pie/NN/ROOT/4")
    assert heads(doc, VISUAL) == ["pie"]


@pytest.mark.parametrize("rules", [PAPER, VISUAL])
def test_an_empty_document_has_no_phrases(parsed: Parse, rules: ModeRules) -> None:
    doc = parsed("x/NN/ROOT/0")[:0].as_doc()
    assert find_noun_phrases(Tree.of(doc), rules) == ()
