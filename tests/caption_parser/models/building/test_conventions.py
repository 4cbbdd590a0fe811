"""Bare participial clauses become noun phrases; clauses with a finite verb stay."""

import pytest

from caption_parser.models.building.conventions import (
    common_nouns,
    follow_conventions,
    irregular_plurals,
    is_one_sentence_each,
    repaired,
)
from caption_parser.models.building.trees import CaptionTree
from tests.caption_parser.models.building.written import tree


@pytest.mark.parametrize("relation", ["nsubj", "compound", "npadvmod"])
def test_the_noun_heads_a_bare_participle(relation: str) -> None:
    clause = tree(
        "a man riding a horse .", "DT NN VBG DT NN .", [1, 2, 2, 4, 2, 2], f"det {relation} ROOT det dobj punct"
    )
    phrase = tree("a man riding a horse .", "DT NN VBG DT NN .", [1, 1, 1, 4, 2, 1], "det ROOT acl det dobj punct")
    assert follow_conventions(clause) == phrase


def test_what_stands_before_the_noun_hangs_on_it() -> None:
    clause = tree("outside a dog sleeping", "RB DT NN VBG", [3, 2, 3, 3], "advmod det nsubj ROOT")
    assert follow_conventions(clause).heads == (2, 2, 2, 2)


def test_a_participle_sentence_is_joined_to_the_noun_before_it() -> None:
    split = tree("hydrant sitting outside", "NN VBG RB", [0, 1, 1], "ROOT ROOT advmod")
    assert follow_conventions(split) == tree("hydrant sitting outside", "NN VBG RB", [0, 0, 1], "ROOT acl advmod")


@pytest.mark.parametrize(
    "kept",
    [
        tree("a man is riding", "DT NN VBZ VBG", [1, 3, 3, 3], "det nsubj aux ROOT"),
        tree("cars were parked", "NNS VBD VBN", [2, 2, 2], "nsubjpass auxpass ROOT"),
        tree("a man rides", "DT NN VBZ", [1, 2, 2], "det nsubj ROOT"),
        tree("riding a horse", "VBG DT NN", [0, 2, 0], "ROOT det dobj"),
        tree("a dog . sleeping", "DT NN . VBG", [1, 1, 1, 3], "det ROOT punct ROOT"),
    ],
)
def test_everything_else_is_kept(kept: CaptionTree) -> None:
    assert follow_conventions(kept) == kept


def test_a_sentence_begins_after_final_punctuation() -> None:
    two = tree("a dog . a cat", "DT NN . DT NN", [1, 1, 1, 4, 4], "det ROOT punct det ROOT")
    torn = tree("a dog a cat", "DT NN DT NN", [1, 1, 3, 3], "det ROOT det ROOT")
    assert is_one_sentence_each(two)
    assert not is_one_sentence_each(torn)


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("teddy bear", "NNP NN", ("NN", "NN")),
        ("Teddy bear", "NNP NN", ("", "NN")),
        ("a Honda", "DT NNP", ("DT", "NNP")),
        ("the yankees", "DT NNPS", ("DT", "NNS")),
    ],
)
def test_names_are_written_with_a_capital(text: str, tags: str, expected: tuple[str, ...]) -> None:
    assert common_nouns(tree(text, tags, [1, 1], "compound ROOT")).tags == expected


def test_irregular_plurals_are_nouns_whatever_the_teachers_say() -> None:
    geese = tree("Geese swimming", "JJ NN", [1, 1], "amod ROOT")
    assert irregular_plurals(geese) == tree("Geese swimming", "NNS NN", [1, 1], "compound ROOT")
    sheep = tree("sheep field", "NN NN", [1, 1], "compound ROOT")
    assert irregular_plurals(sheep) == sheep


def test_trees_are_repaired_as_parses_are() -> None:
    compound = tree("A goat grazing .", "DT NN NN .", [2, 2, 2, 2], "det compound ROOT punct")
    assert repaired(compound) == tree("A goat grazing .", "DT NN VBG .", [1, 1, 1, 1], "det ROOT acl punct")
    right = tree("a parking meter", "DT NN NN", [2, 2, 2], "det compound ROOT")
    assert repaired(right) is right
