"""Which words modify which noun, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.modifiers import find_modifiers
from caption_parser.syntax.phrases import Modifier, ModifierKind
from caption_parser.syntax.tree import Tree

Parse = Callable[[str], Doc]

CASES = {
    "adjectives, coordinated; not shared with the next noun": (
        "A/DT/det/4 black/JJ/amod/4 and/CC/cc/1 white/JJ/conj/1 cat/NN/ROOT/4 ,/,/punct/4 red/JJ/amod/7 "
        "apples/NNS/conj/4 and/CC/cc/7 bananas/NNS/conj/7",
        {"cat": ["black", "white"], "apples": ["red"]},
        {"cat": ["black", "white"], "apples": ["red"]},
    ),
    "a predicate holds of all coordinated subjects": (
        "The/DT/det/1 cat/NN/nsubj/5 and/CC/cc/1 the/DT/det/4 dog/NN/conj/1 are/VBP/ROOT/5 black/JJ/acomp/5",
        {},
        {"cat": ["black"], "dog": ["black"]},
    ),
    "a relative clause, and a passive": (
        "The/DT/det/1 car/NN/nsubjpass/8 ,/,/punct/1 which/WDT/nsubj/4 is/VBZ/relcl/1 red/JJ/acomp/4 "
        ",/,/punct/1 is/VBZ/auxpass/8 parked/VBN/ROOT/8",
        {},
        {"car": ["red", "parked"]},
    ),
    "a relative clause of a quantity noun speaks of its object": (
        "A/DT/det/2 large/JJ/amod/2 group/NN/ROOT/2 of/IN/prep/2 cows/NNS/pobj/3 that/WDT/nsubj/6 "
        "are/VBP/relcl/2 brown/JJ/acomp/6",
        {"group": ["large"]},
        {"group": ["large"], "cows": ["brown"]},
    ),
    "a material after a participle": (
        "A/DT/det/1 table/NN/ROOT/1 made/VBN/acl/1 of/IN/prep/2 wood/NN/pobj/3 and/CC/cc/4 glass/NN/conj/4",
        {},
        {"table": ["made", "wood", "glass"]},
    ),
    "a colour after painted": (
        "A/DT/det/1 wall/NN/nsubj/2 painted/VBD/ROOT/2 red/NN/dobj/2",
        {},
        {"wall": ["red"]},
    ),
    "a negated predicate says nothing": (
        "The/DT/det/1 cat/NN/nsubj/2 is/VBZ/ROOT/2 not/RB/neg/2 black/JJ/acomp/2",
        {},
        {},
    ),
    "a compound, with its own adjective": (
        "a/DT/det/3 red/JJ/amod/2 brick/NN/compound/3 building/NN/ROOT/3",
        {"building": ["red", "brick"], "brick": ["red"]},
        {"building": ["red", "brick"], "brick": ["red"]},
    ),
    "a noun inside an adjective": (
        "a/DT/det/3 snow/NN/npadvmod/2 covered/VBN/amod/3 mountain/NN/ROOT/3",
        {"mountain": ["covered"]},
        {"mountain": ["snow", "covered"]},
    ),
}


def modifiers(doc: Doc, mode: Mode) -> dict[str, list[str]]:
    found = find_modifiers(Tree.of(doc), ModeRules.of(mode))
    return {doc[noun].text: [doc[m.token].text for m in of_noun] for noun, of_noun in found.items()}


@pytest.mark.parametrize("name", CASES)
def test_modifiers(parsed: Parse, name: str) -> None:
    notation, paper, visual = CASES[name]
    doc = parsed(notation)
    assert modifiers(doc, Mode.PAPER) == paper
    assert modifiers(doc, Mode.VISUAL) == visual


def test_paper_mode_takes_predicates_where_they_are_added(parsed: Parse) -> None:
    """Schuster et al.'s own parser has them: "A woman is smiling", "a man sitting"."""
    rules = ModeRules.of(Mode.PAPER, also=["predicates"])
    for notation, noun, expected in (
        ("a/DT/det/1 woman/NN/nsubj/3 is/VBZ/aux/3 smiling/VBG/ROOT/3", 1, 3),
        ("a/DT/det/1 man/NN/ROOT/1 sitting/VBG/acl/1", 1, 2),
    ):
        tree = Tree.of(parsed(notation))
        assert find_modifiers(tree, ModeRules.of(Mode.PAPER)) == {}
        assert find_modifiers(tree, rules) == {noun: (Modifier(expected, ModifierKind.VERB),)}


def test_kinds_are_the_attribute_types_of_table_9(parsed: Parse) -> None:
    doc = parsed("red/JJ/amod/3 brick/NN/compound/3 parked/VBN/amod/3 car/NN/ROOT/3")
    found = find_modifiers(Tree.of(doc), ModeRules.of(Mode.PAPER))
    assert [m.kind for m in found[3]] == [ModifierKind.ADJECTIVE, ModifierKind.NOUN, ModifierKind.VERB]
