"""Surface forms of one hand-made tree, and the invariants of all of them."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.models.building import perturb
from caption_parser.models.building.trees import CaptionTree, is_projective_forest

CAT = CaptionTree(
    ("A", "cat", "on", "the", "red", "sofa", "."),
    ("DT", "NN", "IN", "DT", "JJ", "NN", "."),
    (1, 1, 1, 5, 5, 2, 1),
    ("det", "ROOT", "prep", "det", "amod", "pobj", "punct"),
)
RNG = random.Random(0)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (perturb.upper, "A CAT ON THE RED SOFA ."),
        (perturb.lower, "a cat on the red sofa ."),
        (perturb.title, "A Cat On The Red Sofa ."),
        (perturb.drop_period, "A cat on the red sofa"),
        (perturb.toggle_period, "A cat on the red sofa"),
        (perturb.drop_articles, "cat on red sofa ."),
        (perturb.noun_fragment, "the red sofa"),
    ],
)
def test_forms(form: perturb.Perturbation, text: str) -> None:
    assert " ".join(form(CAT, RNG).words) == text


def test_a_final_period_is_added_where_there_is_none() -> None:
    bare = perturb.drop_period(CAT, RNG)
    assert perturb.drop_period(bare, RNG) == bare
    assert perturb.toggle_period(bare, RNG) == CAT


def test_a_fragment_is_rooted_in_its_noun() -> None:
    fragment = perturb.noun_fragment(CAT, RNG)
    assert fragment.heads == (2, 2, 2)
    assert fragment.deps == ("det", "amod", "ROOT")
    assert perturb.noun_fragment(fragment, RNG) == fragment


@given(st.integers(0, 10_000))
def test_a_typo_changes_one_long_word_by_at_most_two_letters(seed: int) -> None:
    misspelt = perturb.typo(CAT, random.Random(seed))
    assert replace(misspelt, words=CAT.words) == CAT
    assert misspelt.words[:5] + misspelt.words[6:] == CAT.words[:5] + CAT.words[6:]
    word = misspelt.words[5]
    assert word[0] == "s"
    assert word[-1] in "afo"
    assert abs(len(word) - len("sofa")) <= 1


def test_short_words_are_spared() -> None:
    short = CaptionTree(("a", "cat"), ("DT", "NN"), (1, 1), ("det", "ROOT"))
    assert perturb.typo(short, RNG) == short


@given(st.integers(0, 10_000))
def test_whitespace_hangs_on_its_neighbour_and_leaves_the_rest_as_it_was(seed: int) -> None:
    spaced = perturb.double_space(CAT, random.Random(seed))
    at = spaced.tags.index("_SP")
    assert spaced.words[at].isspace()
    assert spaced.heads[at] == (at - 1 if at else 1)
    position = [index for index in range(len(spaced.words)) if index != at]
    assert tuple(spaced.words[index] for index in position) == CAT.words
    assert tuple(position.index(spaced.heads[index]) for index in position) == CAT.heads


@given(st.integers(0, 10_000))
def test_training_forms_are_trees_that_the_parser_can_build(seed: int) -> None:
    form = perturb.training_form(CAT, random.Random(seed))
    assert len(form.words) == len(form.tags) == len(form.heads) == len(form.deps) > 0
    assert is_projective_forest(form.heads)
    assert len(form.roots()) == 1


def test_training_perturbs_some_captions_and_leaves_most() -> None:
    rng = random.Random(0)
    unchanged = sum(perturb.training_form(CAT, rng) == CAT for _ in range(1000))
    expected = 1000.0
    for probability, _ in perturb.TRAINING_MIX:
        expected *= 1 - probability
    assert unchanged == pytest.approx(expected, abs=60)


def test_two_captions_in_one_text_keep_their_trees() -> None:
    bare = perturb.drop_period(CAT, RNG)
    for first in (CAT, bare):
        pair = perturb.join_sentences(first, bare)
        assert pair.words == CAT.words + bare.words
        assert pair.heads == (*CAT.heads, 8, 8, 8, 12, 12, 9)
        assert pair.roots() == [1, 8]
