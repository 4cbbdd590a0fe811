"""After the callback, NORM and SUFFIX are the same for all casings of a word."""

import pickle

import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from caption_parser.models.case_blind import set_case_blind_suffix

NLP = set_case_blind_suffix(spacy.blank("en"))


def suffixes(nlp: Language, text: str) -> list[str]:
    return [token.suffix_ for token in nlp.make_doc(text)]


def test_new_and_known_words_get_a_lower_case_suffix() -> None:
    known = spacy.blank("en")
    assert suffixes(known, "DOGS") == ["OGS"]
    assert suffixes(set_case_blind_suffix(known), "DOGS Zebras") == ["ogs", "ras"]


def test_other_pipelines_are_left_alone() -> None:
    assert suffixes(spacy.blank("en"), "DOGS") == ["OGS"]


def test_the_callback_survives_pickling_to_a_worker() -> None:
    assert suffixes(pickle.loads(pickle.dumps(NLP)), "GIRAFFES") == ["fes"]


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12))
def test_features_do_not_depend_on_case(word: str) -> None:
    lexeme, shouted = NLP.vocab[word], NLP.vocab[word.upper()]
    assert (lexeme.norm_, lexeme.suffix_) == (shouted.norm_, shouted.suffix_)
