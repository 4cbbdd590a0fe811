"""Trees over hand-made captions, and what can be cut out of them."""

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.models.building.trees import (
    CaptionTree,
    from_doc,
    is_projective_forest,
    read_treebank,
    subtree,
    without,
    write_treebank,
)

CAT = CaptionTree(
    ("a", "cat", "on", "the", "red", "sofa", "."),
    ("DT", "NN", "IN", "DT", "JJ", "NN", "."),
    (1, 1, 1, 5, 5, 2, 1),
    ("det", "ROOT", "prep", "det", "amod", "pobj", "punct"),
)


def test_roots_and_children() -> None:
    assert CAT.roots() == [1]
    assert CAT.children(1) == [0, 2, 6]
    assert CAT.children(5) == [3, 4]


def test_a_subtree_is_a_tree_of_its_own() -> None:
    assert subtree(CAT, 5) == CaptionTree(
        ("the", "red", "sofa"), ("DT", "JJ", "NN"), (2, 2, 2), ("det", "amod", "ROOT")
    )


def test_dropping_leaves_shifts_the_heads() -> None:
    assert without(CAT, {0, 3, 6}) == CaptionTree(
        ("cat", "on", "red", "sofa"), ("NN", "IN", "JJ", "NN"), (0, 0, 3, 1), ("ROOT", "prep", "amod", "pobj")
    )


@pytest.mark.parametrize("dropped", [{2}, {1}, set(range(7))])
def test_only_leaves_can_be_dropped(dropped: set[int]) -> None:
    with pytest.raises(ValueError, match="only leaves"):
        without(CAT, dropped)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ((0,), True),
        ((1, 1, 1, 5, 5, 2, 1), True),
        ((0, 0, 2, 2), True),  # two sentences
        ((1, 0), False),  # a cycle
        ((0, 2, 3, 1), False),  # a cycle beside a root
        ((2, 3, 2, 2), False),  # 0-2 crosses 1-3
        ((2, 1, 2), False),  # a root under an arc
    ],
)
def test_what_the_transition_system_can_build(heads: tuple[int, ...], expected: bool) -> None:
    assert is_projective_forest(heads) is expected


@given(st.lists(st.integers(0, 6), min_size=1, max_size=7).map(lambda h: tuple(i % len(h) for i in h)))
def test_subtrees_of_a_projective_forest_are_projective_trees(heads: tuple[int, ...]) -> None:
    if not is_projective_forest(heads):
        return
    words = tuple(f"w{index}" for index in range(len(heads)))
    tree = CaptionTree(words, ("NN",) * len(words), heads, ("dep",) * len(words))
    for root in range(len(words)):
        part = subtree(tree, root)
        start = words.index(part.words[0])
        assert part.words == words[start : start + len(part.words)]
        assert len(part.roots()) == 1
        assert is_projective_forest(part.heads)


def test_documents_keep_the_tree() -> None:
    assert from_doc(CAT.to_doc(spacy.blank("en").vocab)) == CAT


def test_a_treebank_is_read_as_it_was_written(tmp_path: Path) -> None:
    trees = [CAT, subtree(CAT, 5)]
    assert write_treebank(trees, tmp_path / "trees.jsonl") == 2
    assert list(read_treebank(tmp_path / "trees.jsonl")) == trees
    assert write_treebank([], tmp_path / "none.jsonl") == 0
