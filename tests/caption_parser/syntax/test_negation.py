"""Nouns that a caption denies, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.syntax.flags.negation import negated_nouns
from caption_parser.syntax.tree import Tree

CASES = {
    "no": ("no/DT/det/1 people/NNS/ROOT/1 on/IN/prep/1 a/DT/det/4 beach/NN/pobj/2", {"people"}),
    "no, alternatives": (
        "no/DT/det/1 cars/NNS/ROOT/1 or/CC/cc/1 red/JJ/amod/4 buses/NNS/conj/1",
        {"cars", "buses"},
    ),
    "no, a bare conjunct": ("no/DT/det/1 cars/NNS/ROOT/1 and/CC/cc/1 people/NNS/conj/1", {"cars", "people"}),
    "no, but another": ("no/DT/det/1 cars/NNS/ROOT/1 and/CC/cc/1 a/DT/det/4 bus/NN/conj/1", {"cars"}),
    "no, a contrast": ("no/DT/det/1 cars/NNS/ROOT/1 but/CC/cc/1 bikes/NNS/conj/1", {"cars"}),
    "a prohibition": ("a/DT/det/3 no/DT/det/3 parking/NN/compound/3 sign/NN/ROOT/3", set()),
    "a quantity": ("no/DT/det/1 group/NN/ROOT/1 of/IN/prep/1 people/NNS/pobj/2", {"people"}),
    "without": ("a/DT/det/1 man/NN/ROOT/1 without/IN/prep/1 shoes/NNS/pobj/2", {"shoes"}),
    "without a deed": ("man/NN/ROOT/0 without/IN/prep/0 wearing/VBG/pcomp/1 a/DT/det/4 hat/NN/dobj/2", {"hat"}),
    "not before a verb of being": (
        "it/PRP/nsubj/1 is/VBZ/ROOT/1 not/RB/neg/1 a/DT/det/4 dog/NN/attr/1 but/CC/cc/4 a/DT/det/7 cat/NN/conj/4",
        {"dog"},
    ),
    "not before a verb of having": ("men/NNS/ROOT/0 not/RB/neg/2 wearing/VBG/acl/0 hats/NNS/dobj/2", {"hats"}),
    "not before another verb": (
        "a/DT/det/1 dog/NN/ROOT/1 not/RB/neg/3 catching/VBG/acl/1 balls/NNS/dobj/3",
        set(),
    ),
    "not only": ("not/RB/neg/3 only/RB/advmod/3 a/DT/det/3 dog/NN/ROOT/3", set()),
    "empty of": ("a/DT/det/1 street/NN/ROOT/1 empty/JJ/amod/1 of/IN/prep/2 people/NNS/pobj/3", {"people"}),
    "a missing part": ("a/DT/det/2 missing/VBG/amod/2 wheel/NN/ROOT/2", {"wheel"}),
    "a part that is missing": ("room/NN/ROOT/0 missing/VBG/acl/0 a/DT/det/3 bed/NN/dobj/1", {"bed"}),
    "a missed ball": ("man/NN/ROOT/0 missing/VBG/acl/0 the/DT/det/3 ball/NN/dobj/1", set()),
    "nobody": ("nobody/NN/nsubj/1 is/VBZ/ROOT/1 there/RB/advmod/1", {"nobody"}),
    "nor": ("neither/DT/preconj/1 dog/NN/ROOT/1 nor/IN/prep/1 a/DT/det/4 cat/NN/dep/1", {"dog", "cat"}),
    "nothing denied": ("a/DT/det/1 dog/NN/ROOT/1", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_negated_nouns(parsed: Callable[[str], Doc], name: str) -> None:
    notation, expected = CASES[name]
    tree = Tree.of(parsed(notation))
    assert {tree.words[noun] for noun in negated_nouns(tree)} == expected
