"""Agreement counted by hand on two trees."""

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.building.evaluation import agreement, compare_speed
from caption_parser.models.building.trees import CaptionTree


@Language.component("first_word_is_root")
def first_word_is_root(doc: Doc) -> Doc:
    for token in doc:
        token.tag_ = "NN"
        token.head, token.dep_ = doc[0], "ROOT" if token.i == 0 else "amod"
    return doc


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("first_word_is_root")
    return nlp


def test_punctuation_and_open_tags_do_not_count(nlp: Language) -> None:
    trees = [
        CaptionTree(("cat", "black", "."), ("NN", "JJ", "."), (0, 0, 0), ("ROOT", "amod", "punct")),
        CaptionTree(("red", "car"), ("", "NN"), (1, 1), ("amod", "ROOT")),
        CaptionTree(("cat", "asleep"), ("NN", "JJ"), (0, 0), ("ROOT", "acomp")),
    ]
    result = agreement(nlp, trees)
    assert result.tag_accuracy == pytest.approx(3 / 5)
    assert result.noun_f1 == pytest.approx(2 * 3 / (5 + 3))
    assert result.uas == pytest.approx(4 / 6)
    assert result.las == pytest.approx(3 / 6)


def test_speed_is_that_of_the_better_round_of_each(nlp: Language) -> None:
    speed = compare_speed(nlp, spacy.blank("en"), ["a cat on a sofa"] * 200, rounds=2)
    assert speed.baseline > speed.candidate > 0
    assert speed.ratio == speed.candidate / speed.baseline
