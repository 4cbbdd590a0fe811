"""A training of a few updates on two trees, packaged: what the folder that ships holds and what it does not."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from caption_parser.models.building.packaging import package, size_in_bytes
from caption_parser.models.building.training import INTRODUCED_TAGS, train_pipeline
from caption_parser.models.building.trees import CaptionTree, write_treebank
from caption_parser.models.tag_to_pos import PTB_TO_UPOS

TREES = [
    CaptionTree(("a", "zyzzyva", "."), ("DT", "NN", "."), (1, 1, 1), ("det", "ROOT", "punct")),
    CaptionTree(("two", "dogs"), ("CD", "NNS"), (1, 1), ("nummod", "ROOT")),
] * 30
CAPTION = "two Dogs and a zyzzyva."


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Language:
    work = tmp_path_factory.mktemp("work")
    write_treebank(TREES, work / "train.jsonl")
    return train_pipeline(work / "train.jsonl", work / "train.jsonl", work / "training" / "run", steps=3)


def test_every_label_of_the_treebank_is_known(trained: Language) -> None:
    assert {"DT", "NN", ".", "CD", "NNS"} | INTRODUCED_TAGS == set(trained.pipe_labels["tagger"])
    assert {"det", "punct", "nummod", "ROOT"} <= set(trained.pipe_labels["parser"])


def test_the_package_parses_as_what_was_trained(trained: Language, tmp_path: Path) -> None:
    package(trained, tmp_path, version="1.2.3")
    shipped = spacy.load(tmp_path)
    expected, doc = trained(CAPTION), shipped(CAPTION)
    assert [(t.tag_, t.dep_, t.head.i) for t in doc] == [(t.tag_, t.dep_, t.head.i) for t in expected]
    assert [token.pos_ for token in doc] == [PTB_TO_UPOS[token.tag_] for token in doc]
    assert shipped.meta["version"] == "1.2.3"


def test_the_package_holds_no_words_and_no_paths_of_the_training(trained: Language, tmp_path: Path) -> None:
    package(trained, tmp_path, version="1.2.3")
    text = "".join((tmp_path / name).read_text() for name in ("config.cfg", "meta.json", "vocab/strings.json"))
    assert "zyzzyva" not in text
    assert "train.jsonl" not in text


def test_a_training_goes_on_from_weights(trained: Language, tmp_path: Path) -> None:
    package(trained, tmp_path / "first", version="1.0.0")
    write_treebank(TREES, tmp_path / "train.jsonl")
    further = train_pipeline(
        tmp_path / "train.jsonl",
        tmp_path / "train.jsonl",
        tmp_path / "run",
        steps=2,
        going_on_from=tmp_path / "first",
    )
    assert [token.tag_ for token in further(CAPTION)] == [token.tag_ for token in trained(CAPTION)]


def test_size_is_that_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "vocab").mkdir()
    (tmp_path / "model").write_bytes(b"123")
    (tmp_path / "vocab" / "strings.json").write_bytes(b"[]")
    assert size_in_bytes(tmp_path) == 5
