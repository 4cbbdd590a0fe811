"""Referring phrases on hand-built parses."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from caption_parser.syntax.referring import LONGEST_PHRASE, referring_span
from caption_parser.syntax.tree import Tree

CASES = {
    "a preposition and a participle": (
        "a/DT/det/1 man/NN/ROOT/1 in/IN/prep/1 red/NN/pobj/2 holding/VBG/acl/1 bats/NNS/dobj/4",
        1,
        "a man in red holding bats",
    ),
    "a comma ends it": (
        "dog/NN/ROOT/0 ,/,/punct/0 which/WDT/nsubj/3 barks/VBZ/relcl/0",
        0,
        "dog",
    ),
    "a comma between conjuncts does not": (
        "hat/NN/ROOT/0 in/IN/prep/0 red/NN/pobj/1 ,/,/punct/2 white/NN/conj/2 and/CC/cc/4 blue/NN/conj/4",
        0,
        "hat in red , white and blue",
    ),
    "a conjunct has a phrase of its own": (
        "a/DT/det/1 girl/NN/ROOT/1 with/IN/prep/1 kites/NNS/pobj/2 and/CC/cc/1 boys/NNS/conj/1",
        1,
        "a girl with kites",
    ),
    "so has one that a clause describes": (
        "man/NN/ROOT/0 holding/VBG/acl/0 bats/NNS/dobj/1 and/CC/cc/2 girl/NN/conj/2 sitting/VBG/acl/4",
        0,
        "man holding bats",
    ),
    "the quantity comes along": (
        "a/DT/det/1 group/NN/ROOT/1 of/IN/prep/1 people/NNS/pobj/2 standing/VBG/acl/1",
        3,
        "a group of people standing",
    ),
    "a participle without auxiliary": (
        "men/NNS/nsubj/1 riding/VBG/ROOT/1 waves/NNS/dobj/1",
        0,
        "men riding waves",
    ),
    "a verb with one": ("men/NNS/nsubj/2 are/VBP/aux/2 riding/VBG/ROOT/2 waves/NNS/dobj/2", 0, "men"),
    "what links the phrase is no part": ("while/IN/mark/2 another/DT/det/2 man/NN/ROOT/2", 2, "another man"),
}


@pytest.mark.parametrize("name", CASES)
def test_referring_phrases(parsed: Callable[[str], Doc], name: str) -> None:
    notation, head, expected = CASES[name]
    doc = parsed(notation)
    tree = Tree.of(doc)
    start, end = referring_span(tree, tree.left_edges[head], head)
    assert doc[start:end].text == expected


@given(st.integers(min_value=0, max_value=40))
def test_a_phrase_is_bounded_and_holds_its_head(parsed: Callable[[str], Doc], nested: int) -> None:
    notation = ["man/NN/ROOT/0"]
    for depth in range(nested):
        notation += [f"near/IN/prep/{2 * depth}", f"dogs/NNS/pobj/{2 * depth + 1}"]
    tree = Tree.of(parsed(" ".join(notation)))
    start, end = referring_span(tree, 0, 0)
    assert start == 0
    assert end == (len(tree) if len(tree) <= LONGEST_PHRASE else 1)
