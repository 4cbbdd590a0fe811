"""The syntax steps as components of spaCy pipelines: what they need, and docs that travel."""

import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import caption_parser
from shared_runtime.errors import UsageError
from shared_schemas import Flag

CAPTIONS = ["Two black cats on a chest of drawers", "no people, a statue of a man with a motorcycle helmet", ""]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return caption_parser.load(phrases=["stop sign"])


def test_load_gives_a_pipeline_with_all_steps(nlp: Language) -> None:
    doc = nlp("Two black cats under a stop sign")
    cats, sign = doc.noun_chunks
    assert (cats._.count, [word.text for word in cats._.modifiers]) == (2, ["black"])
    assert sign._.extended_head.text == "stop sign"
    assert sign._.noun_phrase.extended_head.lemmas == ("stop_sign",)
    assert nlp("no people")._.noun_phrases[0].flags == (Flag.NEGATED,)
    with pytest.raises(UsageError, match=r"mode='papre'.: expected 'visual' or 'paper'. Did you mean 'paper'"):
        caption_parser.load(mode="papre")


def test_docs_go_to_bytes_and_back_with_their_phrases(nlp: Language) -> None:
    for doc in nlp.pipe(CAPTIONS):
        phrases = doc._.noun_phrases
        assert isinstance(phrases, tuple)
        assert Doc(nlp.vocab).from_bytes(doc.to_bytes())._.noun_phrases == phrases
        assert pickle.loads(pickle.dumps(doc))._.noun_phrases == phrases
        assert doc.copy()._.noun_phrases == phrases
        (stored,) = DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)
        assert stored._.noun_phrases == phrases


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_several_processes_find_the_same(nlp: Language, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    script = """
import multiprocessing, sys, warnings
import caption_parser
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = caption_parser.load(phrases=["stop sign"])
    for doc in nlp.pipe(sys.argv[2:], n_process=2, batch_size=1):
        print(doc._.noun_phrases)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, method, *CAPTIONS], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines() == [str(nlp(caption)._.noun_phrases) for caption in CAPTIONS]


def test_a_saved_pipeline_finds_the_same(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    for caption in CAPTIONS:
        assert again(caption)._.noun_phrases == nlp(caption)._.noun_phrases


@pytest.mark.parametrize("component", ["caption_noun_phrases", "caption_scene_graph"])
def test_a_pipeline_without_a_parser_is_told_so(component: str) -> None:
    if component == "caption_scene_graph":
        pytest.importorskip("sng_parser")
    blank = spacy.blank("en")
    blank.add_pipe(component)
    with pytest.raises(
        UsageError, match=rf"{component}: this Doc has no tags: a tagger must .*caption_parser.load"
    ):
        blank("A dog")
    tagged = caption_parser.load()
    tagged.remove_pipe("parser")
    with pytest.raises(UsageError, match="no dependencies: a parser must come before it"):
        tagged("A dog")


def test_extended_heads_say_that_they_need_noun_phrases() -> None:
    alone = spacy.blank("en")
    alone.add_pipe("caption_extended_heads")
    with pytest.raises(
        UsageError, match=r'no noun phrases. Add caption_noun_phrases .*before="caption_extended_heads"'
    ):
        alone("A dog")


def test_phrases_do_not_outlive_their_tokens(nlp: Language) -> None:
    doc = nlp("Two hot dogs")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:3])
    with pytest.raises(UsageError, match="found in 3 tokens, and this Doc has 2"):
        _ = doc._.noun_phrases


def test_every_component_that_the_package_names_is_one() -> None:
    for name in ("caption_noun_phrases", "caption_extended_heads", "caption_tag_to_pos"):
        assert spacy.blank("en").has_factory(name)
