"""Nouns that are depicted and not there, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.flags.depiction import DepictionFinder
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.depiction_words import DepictionWords

WORDS = DepictionWords.of(default_lexicon())
FIND = DepictionFinder(WORDS)
CASES = {
    "a likeness": ("a/DT/det/1 statue/NN/ROOT/1 of/IN/prep/1 a/DT/det/4 man/NN/pobj/2", {"man"}),
    "what it rides, not where it stands": (
        "statue/NN/ROOT/0 of/IN/prep/0 man/NN/pobj/1 on/IN/prep/2 horse/NN/pobj/3 in/IN/prep/2 park/NN/pobj/5",
        {"man", "horse"},
    ),
    "the photograph": ("a/DT/det/1 picture/NN/ROOT/1 of/IN/prep/1 a/DT/det/4 cat/NN/pobj/2", set()),
    "a photograph that is taken": (
        "man/NN/ROOT/0 taking/VBG/acl/0 a/DT/det/3 picture/NN/dobj/1 of/IN/prep/3 a/DT/det/6 cat/NN/pobj/4",
        set(),
    ),
    "a photograph in the scene": (
        "man/NN/ROOT/0 holding/VBG/acl/0 a/DT/det/3 picture/NN/dobj/1 of/IN/prep/3 a/DT/det/6 cat/NN/pobj/4",
        {"cat"},
    ),
    "a photograph that hangs": (
        "a/DT/det/2 framed/VBN/amod/2 picture/NN/ROOT/2 of/IN/prep/2 a/DT/det/5 cat/NN/pobj/3",
        {"cat"},
    ),
    "on a television set": ("a/DT/det/1 cat/NN/ROOT/1 on/IN/prep/1 a/DT/det/4 television/NN/pobj/2", set()),
    "painted on": ("a/DT/det/1 wolf/NN/ROOT/1 painted/VBN/acl/1 on/IN/prep/2 a/DT/det/5 cup/NN/pobj/3", {"wolf"}),
    "shaped like": ("a/DT/det/1 cake/NN/ROOT/1 shaped/VBN/acl/1 like/IN/prep/2 train/NN/pobj/3", {"train"}),
    "in the shape of": (
        "kite/NN/ROOT/0 in/IN/prep/0 the/DT/det/3 shape/NN/pobj/1 of/IN/prep/3 fish/NN/pobj/4",
        {"fish"},
    ),
    "dressed as": ("man/NN/ROOT/0 dressed/VBN/acl/0 as/IN/prep/1 a/DT/det/4 bear/NN/pobj/2", {"bear"}),
    "written": (
        "sign/NN/ROOT/0 that/WDT/nsubj/2 says/VBZ/relcl/0 dogs/NNS/dobj/2 near/IN/prep/2 bench/NN/pobj/4",
        {"dogs"},
    ),
    "a man reading a book": ("man/NN/ROOT/0 reading/VBG/acl/0 a/DT/det/3 book/NN/dobj/1", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_depicted_nouns(parsed: Callable[[str], Doc], name: str) -> None:
    notation, expected = CASES[name]
    tree = Tree.of(parsed(notation))
    assert {tree.words[noun] for noun in FIND(tree)} == expected


def test_likenesses_are_wordnets_and_reviewed_ones() -> None:
    assert {"statue", "statues", "painting", "sketches", "poster", "figurine"} <= WORDS.likenesses
    assert WORDS.likenesses.isdisjoint({"plates", "map", "view", "photo", "picture"})
    assert {"photo", "pictures"} <= WORDS.photographs
