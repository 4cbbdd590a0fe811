"""Flags of noun phrases, and nouns that only modify others, on hand-built parses and the real lexicon."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.lexicon import default_lexicon
from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.flags.fixed_phrases import fixed_phrases
from caption_parser.syntax.phrase_parser import PhraseParser
from shared_schemas import Flag

Parse = Callable[[str], Doc]
NONE: set[Flag] = set()
CASES = {
    "a noun before a noun": (
        "a/DT/det/2 motorcycle/NN/compound/2 helmet/NN/ROOT/2",
        {"motorcycle": {Flag.MODIFIER}, "helmet": NONE},
    ),
    "a modifier of what is denied": (
        "no/DT/det/2 dog/NN/compound/2 parks/NNS/ROOT/2",
        {"dog": {Flag.NEGATED, Flag.MODIFIER}, "parks": {Flag.NEGATED}},
    ),
    "a longer name of a modifier hides its parts": (
        "a/DT/det/3 cell/NN/compound/2 phone/NN/compound/3 case/NN/ROOT/3",
        {"phone": {Flag.MODIFIER}, "case": NONE},
    ),
    "what draws is there": (
        "a/DT/det/3 horse/NN/npadvmod/2 drawn/VBN/amod/3 carriage/NN/ROOT/3",
        {"horse": NONE, "carriage": NONE},
    ),
    "what gives the shape is not": (
        "a/DT/det/3 horse/NN/npadvmod/2 shaped/VBN/amod/3 cake/NN/ROOT/3",
        {"horse": {Flag.MODIFIER}, "cake": NONE},
    ),
    "a portion": ("banana/NN/compound/1 slices/NNS/ROOT/1", {"banana": NONE, "slices": NONE}),
    "a list without commas": ("vases/NNS/compound/1 bowls/NNS/ROOT/1", {"vases": NONE, "bowls": NONE}),
    "plurals of kind are no list": (
        "sports/NNS/compound/1 cars/NNS/ROOT/1",
        {"sports": {Flag.MODIFIER}, "cars": NONE},
    ),
    "a verb taken for a plural": (
        "a/DT/det/2 dog/NN/compound/2 races/NNS/ROOT/2",
        {"dog": NONE, "races": NONE},
    ),
    "an animal of wood": ("a/DT/det/2 wooden/JJ/amod/2 horse/NN/ROOT/2", {"horse": {Flag.DEPICTED}}),
    "a thing of wood": ("a/DT/det/2 wooden/JJ/amod/2 bench/NN/ROOT/2", {"bench": NONE}),
    "a metal worker": (
        "a/DT/det/2 metal/NN/compound/2 worker/NN/ROOT/2",
        {"metal": {Flag.MODIFIER}, "worker": NONE},
    ),
    "a toy": (
        "a/DT/det/2 toy/NN/compound/2 truck/NN/ROOT/2",
        {"toy": {Flag.DEPICTED, Flag.MODIFIER}, "truck": {Flag.DEPICTED}},
    ),
    "a possessor in a name": (
        "a/DT/det/1 bird/NN/poss/3 's/POS/case/1 nest/NN/ROOT/3",
        {"bird": {Flag.IDIOM}, "nest": NONE},
    ),
    "a possessor": ("a/DT/det/1 dog/NN/poss/3 's/POS/case/1 collar/NN/ROOT/3", {"dog": NONE, "collar": NONE}),
    "an idiom": (
        "it/PRP/nsubj/1 raining/VBG/ROOT/1 cats/NNS/dobj/1 and/CC/cc/2 dogs/NNS/conj/2",
        {"cats": {Flag.IDIOM}, "dogs": {Flag.IDIOM}},
    ),
    "a team": (
        "we/PRP/nsubj/1 see/VBP/ROOT/1 the/DT/det/4 Boston/NNP/compound/4 Hawks/NNS/dobj/1",
        {"Boston": {Flag.MODIFIER, Flag.NAMED_ENTITY}, "Hawks": {Flag.NAMED_ENTITY}},
    ),
    "a company's bus": (
        "we/PRP/nsubj/1 see/VBP/ROOT/1 an/DT/det/4 Alamo/NNP/compound/4 Bus/NN/dobj/1 go/VB/ccomp/1",
        {"Alamo": {Flag.MODIFIER}, "Bus": NONE},
    ),
    "a breed": (
        "we/PRP/nsubj/1 see/VBP/ROOT/1 a/DT/det/4 Boston/NNP/compound/4 Terrier/NN/dobj/1 run/VB/ccomp/1",
        {"Terrier": NONE},
    ),
    "a headline": (
        "See/VB/ROOT/0 The/DT/det/3 Boston/NNP/compound/3 Herons/NNS/dobj/0",
        {"Herons": NONE},
    ),
    "a team in a headline": (
        "See/VB/ROOT/0 The/DT/det/3 Boston/NNP/compound/3 Hawks/NNS/dobj/0",
        {"Hawks": {Flag.NAMED_ENTITY}},
    ),
    "a whole with its part": (
        "a/DT/det/2 laptop/NN/compound/2 screen/NN/ROOT/2",
        {"laptop": {Flag.PART}, "screen": NONE},
    ),
    "a part that is denied": (
        "no/DT/det/2 bicycle/NN/compound/2 pedals/NNS/ROOT/2",
        {"bicycle": {Flag.NEGATED, Flag.PART}, "pedals": {Flag.NEGATED}},
    ),
    "a disguise": (
        "girl/NN/ROOT/0 wearing/VBG/acl/0 cat/NN/compound/3 ears/NNS/dobj/1",
        {"girl": NONE, "cat": {Flag.MODIFIER}, "ears": NONE},
    ),
    "meat": ("lamb/NN/compound/1 legs/NNS/ROOT/1", {"lamb": {Flag.MODIFIER}, "legs": NONE}),
    "a possessor of kind": (
        "a/DT/det/1 chef/NN/poss/3 's/POS/case/1 knife/NN/ROOT/3",
        {"chef": {Flag.MODIFIER}, "knife": NONE},
    ),
    "an owner": ("the/DT/det/1 chef/NN/poss/3 's/POS/case/1 knife/NN/ROOT/3", {"chef": NONE, "knife": NONE}),
    "a model of a vehicle": (
        "a/DT/det/2 model/NN/compound/2 truck/NN/ROOT/2",
        {"truck": {Flag.DEPICTED}},
    ),
    "a vehicle of a late model": (
        "a/DT/det/3 late/JJ/amod/2 model/NN/compound/3 truck/NN/ROOT/3",
        {"truck": NONE},
    ),
}


def flags(doc: Doc, mode: Mode) -> dict[str, set[Flag]]:
    rules = ModeRules.of(mode)
    _, phrases, _ = PhraseParser(rules, ExtendedHeadFinder(default_lexicon(), rules))(doc)
    return {doc[phrase.head].text: set(phrase.flags) for phrase in phrases}


@pytest.mark.parametrize("name", CASES)
def test_flags(parsed: Parse, name: str) -> None:
    notation, expected = CASES[name]
    found = flags(parsed(notation), Mode.VISUAL)
    assert {noun: found.get(noun) for noun in expected} == expected


@pytest.mark.parametrize("name", CASES)
def test_paper_mode_has_no_flags(parsed: Parse, name: str) -> None:
    assert not any(flags(parsed(CASES[name][0]), Mode.PAPER).values())


def test_a_longer_name_hides_its_parts(parsed: Parse) -> None:
    notation, _ = CASES["a longer name of a modifier hides its parts"]
    assert "cell" not in flags(parsed(notation), Mode.VISUAL)


def test_fixed_phrases_are_found_whole_and_in_any_case(parsed: Parse) -> None:
    from caption_parser.syntax.tree import Tree

    doc = parsed("Hello/UH/amod/1 Kitty/NN/ROOT/1 says/VBZ/conj/1 hello/UH/intj/2 you/PRP/dobj/2")
    assert fixed_phrases(Tree.of(doc)) == {Flag.NAMED_ENTITY: {1}}
