"""Quantity nouns and counts on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.syntax.quantities import counts, least_count, quantified_nouns, referents
from caption_parser.syntax.tree import Tree

Parse = Callable[[str], Doc]


def counted(parsed: Parse, notation: str) -> dict[str, int]:
    tree = Tree.of(parsed(notation))
    return {tree.words[noun]: count for noun, count in counts(tree).items()}


def test_a_pair_counts_two_of_what_it_quantifies(parsed: Parse) -> None:
    notation = "two/CD/nummod/1 pairs/NNS/ROOT/1 of/IN/prep/1 skis/NNS/pobj/2"
    assert counted(parsed, notation) == {"skis": 4}


def test_a_pair_of_scissors_is_one(parsed: Parse) -> None:
    notation = "two/CD/nummod/1 pairs/NNS/ROOT/1 of/IN/prep/1 scissors/NNS/pobj/2"
    assert counted(parsed, notation) == {"scissors": 2}


def test_a_quantity_noun_without_a_complement_is_a_noun(parsed: Parse) -> None:
    tree = Tree.of(parsed("a/DT/det/1 couple/NN/nsubj/2 walks/VBZ/ROOT/2"))
    assert quantified_nouns(tree, 1) == []
    assert list(referents(tree, 1)) == [1]


def test_coordinated_complements_are_all_quantified(parsed: Parse) -> None:
    notation = "a/DT/det/1 bunch/NN/ROOT/1 of/IN/prep/1 apples/NNS/pobj/2 and/CC/cc/3 pears/NNS/conj/3"
    tree = Tree.of(parsed(notation))
    assert [tree.words[i] for i in quantified_nouns(tree, 1)] == ["apples", "pears"]


def test_nested_quantities_lead_to_the_object(parsed: Parse) -> None:
    notation = "a/DT/det/1 group/NN/ROOT/1 of/IN/prep/1 lots/NNS/pobj/2 of/IN/prep/3 people/NNS/pobj/4"
    tree = Tree.of(parsed(notation))
    assert [tree.words[i] for i in referents(tree, 1)] == ["people"]


def test_a_group_has_no_stated_count(parsed: Parse) -> None:
    notation = "a/DT/det/1 group/NN/ROOT/1 of/IN/prep/1 people/NNS/pobj/2"
    assert counted(parsed, notation) == {}


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("two/CD/nummod/1 dogs/NNS/ROOT/1", 2),
        ("12/CD/nummod/2 cm/NN/compound/2 pots/NNS/ROOT/2", None),
        ("two/CD/nummod/2 pound/NN/compound/2 cakes/NNS/ROOT/2", 2),
        ("5/CD/nummod/3 -/HYPH/punct/3 pound/NN/compound/3 dog/NN/ROOT/3", None),
        ("Twelve/CD/nummod/1 dogs/NNS/ROOT/1", 12),
        ("2/CD/nummod/1 dogs/NNS/ROOT/1", 2),
        ("1,000/CD/nummod/1 dogs/NNS/ROOT/1", 1000),
        ("three/CD/nummod/1 dozen/NN/nummod/2 eggs/NNS/ROOT/2", 36),
        ("both/DT/det/1 dogs/NNS/ROOT/1", 2),
        ("a/DT/det/1 dog/NN/ROOT/1", 1),
        ("another/DT/det/1 dog/NN/ROOT/1", 1),
        ("the/DT/det/1 dog/NN/ROOT/1", None),
        ("some/DT/det/1 dogs/NNS/ROOT/1", None),
        ("0/CD/nummod/1 dogs/NNS/ROOT/1", None),
        ("99999999999999999999/CD/nummod/1 dogs/NNS/ROOT/1", None),
        ("²/CD/nummod/1 dogs/NNS/ROOT/1", None),
    ],
)
def test_counts_that_quantifiers_state(parsed: Parse, notation: str, expected: int | None) -> None:
    noun = notation.split()[-1].split("/")[0]
    assert counted(parsed, notation).get(noun) == expected


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("the/DT/det/1 dogs/NNS/ROOT/1", 2),
        ("the/DT/det/1 dog/NN/ROOT/1", None),
        ("the/DT/det/1 scissors/NNS/ROOT/1", None),
        ("a/DT/det/1 herd/NN/ROOT/1 of/IN/prep/1 sheep/NN/pobj/2", 2),
        ("a/DT/det/1 slice/NN/ROOT/1 of/IN/prep/1 pizza/NN/pobj/2", None),
    ],
)
def test_least_counts_of_plurals_and_gatherings(parsed: Parse, notation: str, expected: int | None) -> None:
    tree = Tree.of(parsed(notation))
    assert least_count(tree, len(tree) - 1) == expected
