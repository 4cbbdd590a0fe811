"""Trees made out of parts of several captions."""

import random

from caption_parser.models.building.recombine import Parts, acts, joined_noun, participle_phrase
from caption_parser.models.building.trees import CaptionTree, is_projective_forest

WALKING = CaptionTree(
    ("Two", "brown", "dogs", "walking", "on", "a", "beach", "."),
    ("CD", "JJ", "NNS", "VBG", "IN", "DT", "NN", "."),
    (2, 2, 2, 2, 3, 6, 4, 2),
    ("nummod", "amod", "ROOT", "acl", "prep", "det", "pobj", "punct"),
)
EATING = CaptionTree(
    ("A", "goat", "is", "eating", "a", "tie"),
    ("DT", "NN", "VBZ", "VBG", "DT", "NN"),
    (1, 3, 3, 3, 5, 3),
    ("det", "nsubj", "aux", "ROOT", "det", "dobj"),
)
PARTS = Parts.of([WALKING, EATING])


def test_the_parts_are_cut_out_of_captions_and_of_clauses() -> None:
    assert [one.words for one in PARTS.subjects] == [("Two", "brown", "dogs"), ("A", "goat")]
    assert [one.words for one in PARTS.participles] == [("walking", "on", "a", "beach"), ("eating", "a", "tie")]
    assert ("tie", "NN") in PARTS.doubtful_nouns


def test_a_participle_hangs_on_its_subject_whatever_its_verb() -> None:
    rng = random.Random(0)
    made = [participle_phrase(PARTS, rng) for _ in range(200)]
    assert len({tree.words for tree in made if tree}) > 100
    for tree in made:
        assert tree is not None
        assert is_projective_forest(tree.heads)
        (root,) = tree.roots()
        assert tree.words[root] in ("dogs", "goat")
        act = tree.deps.index("acl")
        assert tree.tags[act] == "VBG"
        assert tree.words[act].endswith("ing")
        assert tree.heads[act] == root


def test_a_joined_noun_is_a_noun() -> None:
    rng = random.Random(0)
    for _ in range(20):
        tree = joined_noun(PARTS, rng)
        assert tree is not None
        assert is_projective_forest(tree.heads)
        joined = tree.deps.index("conj")
        assert tree.tags[joined].startswith("NN")
        assert tree.words[tree.heads[joined]] in ("beach", "tie")


def test_without_parts_there_is_nothing_to_make() -> None:
    assert participle_phrase(Parts.of([]), random.Random(0)) is None
    assert joined_noun(Parts.of([]), random.Random(0)) is None


def test_verbs_take_their_ending_and_none_names_a_thing() -> None:
    assert {"grazing", "swimming", "tying", "skiing", "painting"} & set(acts()) == {
        "grazing",
        "swimming",
        "tying",
        "skiing",
    }
