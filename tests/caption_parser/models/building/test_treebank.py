"""Which verdicts are trained on, and that every held-out set gets its treebank."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.building.committee import Verdict
from caption_parser.models.building.corpus import CaptionCorpus
from caption_parser.models.building.treebank import (
    MIN_AGREEMENT,
    build_treebanks,
    is_trusted,
    load_teacher,
    tokenize,
)
from caption_parser.models.building.trees import CaptionTree, read_treebank
from shared_runtime.errors import MissingResourceError

DOGS = CaptionTree(("two", "dogs"), ("CD", "NNS"), (1, 1), ("nummod", "ROOT"))
TORN = CaptionTree(("dogs", "cats"), ("NNS", "NNS"), (0, 1), ("ROOT", "ROOT"))


@Language.component("all_on_the_last_word")
def all_on_the_last_word(doc: Doc) -> Doc:
    words = [token for token in doc if token.text != "."]
    for token in doc:
        token.head, token.tag_, token.dep_ = words[-1], "NN", "ROOT" if token == words[-1] else "compound"
    return doc


def test_only_whole_trees_that_the_committee_agrees_on_are_trained_on() -> None:
    assert is_trusted(Verdict(DOGS, MIN_AGREEMENT))
    assert not is_trusted(Verdict(DOGS, MIN_AGREEMENT - 0.01))
    assert not is_trusted(Verdict(TORN, 1.0))


def test_every_set_gets_its_treebank(tmp_path: Path) -> None:
    teacher = spacy.blank("en")
    teacher.add_pipe("all_on_the_last_word")
    corpus = CaptionCorpus(["red bus", "Blue bus."], {"coco": ["a cat"], "flickr8k": []})
    assert build_treebanks(corpus, [teacher], tmp_path) == {"train": 2, "coco": 1, "flickr8k": 0}
    assert [tree.words for tree in read_treebank(tmp_path / "train.jsonl")] == [
        ("red", "bus"),
        ("Blue", "bus", "."),
    ]
    assert next(read_treebank(tmp_path / "coco.jsonl")).heads == (1, 1)


def test_words_are_those_of_the_standard_tokenizer() -> None:
    assert list(tokenize(["a man's t-shirt."])) == [["a", "man", "'s", "t", "-", "shirt", "."]]


def test_a_missing_teacher_is_named() -> None:
    with pytest.raises(MissingResourceError, match="teacher en_absent_model: no such spaCy package"):
        load_teacher("en_absent_model")
