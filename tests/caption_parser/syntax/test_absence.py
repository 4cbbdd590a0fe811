"""Nouns of what is gone, of the past or left out, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.flags.absence import absent_nouns
from caption_parser.syntax.tree import Tree

CASES = {
    "the subject": ("the/DT/det/1 dog/NN/nsubjpass/3 is/VBZ/auxpass/3 gone/VBN/ROOT/3", {"dog"}),
    "gone somewhere": ("dogs/NNS/nsubj/2 have/VBP/aux/2 gone/VBN/ROOT/2 to/IN/prep/2 bed/NN/pobj/3", set()),
    "half gone": ("pie/NN/nsubj/1 is/VBZ/ROOT/1 half/RB/advmod/3 gone/VBN/acomp/1", set()),
    "what is behind": ("cat/NN/ROOT/0 rather/RB/advmod/2 than/IN/prep/0 a/DT/det/4 dog/NN/pobj/2", {"dog"}),
    "a deed behind": ("cat/NN/ROOT/0 rather/RB/advmod/2 than/IN/prep/0 eating/VBG/pcomp/2 food/NN/dobj/3", set()),
    "all but what it names": ("all/DT/ROOT/0 except/IN/prep/0 the/DT/det/3 dog/NN/pobj/1", {"dog"}),
    "nothing but what it names": ("nothing/NN/ROOT/0 except/IN/prep/0 the/DT/det/3 dog/NN/pobj/1", set()),
    "the past": (
        "there/EX/expl/1 used/VBD/ROOT/1 to/TO/aux/3 be/VB/xcomp/1 a/DT/det/5 dog/NN/attr/3",
        {"dog"},
    ),
    "a use": ("a/DT/det/1 knife/NN/ROOT/1 used/VBN/acl/1 to/TO/aux/4 cut/VB/xcomp/2 cake/NN/dobj/4", set()),
    "where it was": (
        "park/NN/ROOT/0 where/WRB/advmod/5 a/DT/det/3 bench/NN/nsubj/5 once/RB/advmod/5 stood/VBD/relcl/0",
        {"bench"},
    ),
    "no longer there": (
        "cats/NNS/nsubj/1 are/VBP/ROOT/1 no/RB/advmod/3 longer/RB/advmod/1 there/RB/advmod/1",
        {"cats"},
    ),
    "no longer so": ("cats/NNS/nsubj/1 are/VBP/ROOT/1 no/RB/neg/3 longer/RB/advmod/1 red/JJ/acomp/1", set()),
    "out of sight": ("dog/NN/ROOT/0 out/IN/prep/0 of/IN/prep/1 sight/NN/pobj/2", {"dog"}),
    "a look out of sight": ("dogs/NNS/nsubj/1 look/VBP/ROOT/1 out/IN/prep/1 of/IN/prep/2 frame/NN/pobj/3", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_absent_nouns(parsed: Callable[[str], Doc], name: str) -> None:
    notation, expected = CASES[name]
    tree = Tree.of(parsed(notation))
    assert {tree.words[noun] for noun in absent_nouns(tree)} == expected


def test_the_rule_has_a_switch() -> None:
    assert not ModeRules.of(Mode.VISUAL, without=["absence"]).absence
