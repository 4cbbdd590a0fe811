from pathlib import Path

import pytest

pytest.importorskip("tokenizers")

from caption_parser.lexicon import Lexicon
from caption_parser.senses.corpora import TaggedSentence, TaggedToken
from caption_parser.senses.training.texts import example_sentences, gloss_sentences

RODENT, DEVICE = "mouse%1:05:00::", "mouse%1:06:00::"


def test_examples_are_tagged_where_a_lemma_is_found(wordnet: Path, mice: Lexicon) -> None:
    """`mouse` alone shows nothing; `computer mouse` has one sense only, so that its `mouse` is what is tagged."""
    assert list(example_sentences(wordnet, mice)) == [
        TaggedSentence(
            "wordnet/examples",
            (TaggedToken("the cat chased two", "", None), TaggedToken("mice", "mouse", "n", None, (RODENT,))),
        ),
        TaggedSentence(
            "wordnet/examples",
            (
                TaggedToken("click with the computer", "", None),
                TaggedToken("mouse", "mouse", "n", None, (DEVICE,)),
            ),
        ),
    ]


def test_glosses_of_synsets_that_are_one_of_several(mice: Lexicon) -> None:
    sentences = list(gloss_sentences(mice))
    assert [sentence.text for sentence in sentences] == [
        "mouse : a small animal with a tail",
        "mouse : a device that moves a cursor",
    ]
    assert [sentence.tokens[0].sense_keys for sentence in sentences] == [(RODENT,), (DEVICE,)]
