"""Constructions made out of hand-made trees."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.models.building.rephrase import noun_list, relative_clause
from caption_parser.models.building.trees import CaptionTree, is_projective_forest

PARKED = CaptionTree(
    ("a", "red", "car", "parked"), ("DT", "JJ", "NN", "VBN"), (2, 2, 2, 2), ("det", "amod", "ROOT", "acl")
)
HORSES = CaptionTree(("two", "white", "horses"), ("CD", "JJ", "NNS"), (2, 2, 2), ("nummod", "amod", "ROOT"))
DRAWER = CaptionTree(("red", "car", "door"), ("JJ", "NN", "NN"), (1, 2, 2), ("amod", "compound", "ROOT"))
GEESE = CaptionTree(("geese",), ("NNS",), (0,), ("ROOT",))
SEEDS = st.integers(0, 10_000)


def forms(tree: CaptionTree) -> dict[str, CaptionTree]:
    rephrased = [relative_clause(tree, random.Random(seed)) for seed in range(20)]
    return {" ".join(form.words): form for form in rephrased}


def test_the_adjective_moves_behind_its_noun() -> None:
    found = forms(PARKED)
    assert set(found) == {"a car , which is red , parked", "a car that is red parked"}
    assert found["a car , which is red , parked"] == CaptionTree(
        ("a", "car", ",", "which", "is", "red", ",", "parked"),
        ("DT", "NN", ",", "WDT", "VBZ", "JJ", ",", "VBN"),
        (1, 1, 1, 4, 1, 4, 1, 1),
        ("det", "ROOT", "punct", "nsubj", "relcl", "acomp", "punct", "acl"),
    )
    assert found["a car that is red parked"].heads == (1, 1, 3, 1, 3, 1)


def test_the_verb_agrees_and_no_comma_ends_the_caption() -> None:
    assert set(forms(HORSES)) == {"two horses , which are white", "two horses that are white"}
    assert all(form.tags[-2:] == ("VBP", "JJ") for form in forms(HORSES).values())


@pytest.mark.parametrize("tree", [GEESE, DRAWER])
def test_without_an_adjective_of_a_whole_noun_phrase_nothing_moves(tree: CaptionTree) -> None:
    assert relative_clause(tree, random.Random(0)) == tree


def test_a_list_hangs_each_item_on_the_one_before() -> None:
    lists = [noun_list([GEESE], random.Random(seed)) for seed in range(40)]
    found = {" ".join(items.words): items for items in lists if items is not None}
    assert {"geese , geese", "geese and geese", "geese , geese and geese"} <= set(found)
    assert found["geese , geese and geese"] == CaptionTree(
        ("geese", ",", "geese", "and", "geese"),
        ("NNS", ",", "NNS", "CC", "NNS"),
        (0, 0, 0, 2, 2),
        ("ROOT", "punct", "conj", "cc", "conj"),
    )


@given(SEEDS)
def test_what_is_made_can_be_built_by_the_parser(seed: int) -> None:
    rng = random.Random(seed)
    made = [relative_clause(PARKED, rng), noun_list([HORSES, DRAWER, GEESE], rng)]
    for tree in made:
        assert tree is not None
        assert is_projective_forest(tree.heads)
        assert len(tree.roots()) == 1


def test_captions_without_short_noun_phrases_make_no_list() -> None:
    run = CaptionTree(("run", "!"), ("VB", "."), (0, 0), ("ROOT", "punct"))
    assert noun_list([run], random.Random(0)) is None
