from pathlib import Path

import pytest

pytest.importorskip("tokenizers")

from caption_parser.lexicon import Lexicon
from caption_parser.senses.corpora import TaggedSentence, TaggedToken, read_corpus
from caption_parser.senses.training.texts import TrainingText, training_texts
from caption_parser.senses.word_encoder import SubtokenLocator

RODENT, DEVICE = "mouse%1:05:00::", "mouse%1:06:00::"


@pytest.fixture
def locator(bert: Path) -> SubtokenLocator:
    from tokenizers import Tokenizer

    return SubtokenLocator(Tokenizer.from_file(str(bert / "tokenizer.json")), "mean", 8)


def texts(
    sentence: TaggedSentence, locator: SubtokenLocator, lexicon: Lexicon, *, natural: bool = True
) -> list[TrainingText]:
    return list(training_texts([sentence], locator, lexicon, natural=natural))


def test_words_of_the_corpus(corpus: Path, locator: SubtokenLocator, mice: Lexicon) -> None:
    found = list(training_texts(read_corpus(corpus, lexicon=mice), locator, mice, natural=True))
    assert [(word.start, word.end, word.gold) for text in found for word in text.words] == [
        (2, 3, (0,)),
        (5, 6, (0,)),
        (1, 2, (0,)),
        (3, 4, (1,)),
        (5, 6, (1,)),
    ]
    assert {word.candidates for text in found for word in text.words} == {mice.synsets("mouse")}
    # WordNet counts 3 and 2; of these, the occurrence itself is left out.
    assert {word.counts for text in found[:3] for word in text.words} == {(2, 2)}
    assert {word.counts for text in found[3:] for word in text.words} == {(3, 1)}


def test_texts_of_wordnet_are_not_in_the_counts(locator: SubtokenLocator, mice: Lexicon) -> None:
    sentence = TaggedSentence("", (TaggedToken("mouse", "mouse", "n", None, (RODENT,)),))
    (text,) = texts(sentence, locator, mice, natural=False)
    assert not text.natural
    assert text.words[0].counts == (3, 2)


def test_words_with_one_sense_are_left_out(locator: SubtokenLocator, mice: Lexicon) -> None:
    key = mice.sense_key(mice.synset("entity.n.01"), "entity")
    assert texts(TaggedSentence("", (TaggedToken("entity", "entity", "n", None, (key,)),)), locator, mice) == []


def test_names_tagged_as_persons_are_left_out(lexicon: Lexicon, locator: SubtokenLocator) -> None:
    key = lexicon.sense_key(lexicon.synset("person.n.01"), "person")
    name = TaggedToken("Ivan Allen", "person", "n", None, (key,))
    word = TaggedToken("persons", "person", "n", None, (key,))
    (text,) = texts(TaggedSentence("", (name, word)), locator, lexicon)
    assert len(text.words) == 1


def test_words_far_apart_in_a_long_text_make_texts_of_their_own(locator: SubtokenLocator, mice: Lexicon) -> None:
    mouse = TaggedToken("mouse", "mouse", "n", None, (RODENT,))
    between = TaggedToken("the cat " * 10, "", None)
    first, second = texts(TaggedSentence("", (mouse, between, mouse)), locator, mice)
    assert (first.words[0].start, second.words[0].start) == (1, 6)
    assert len(first.token_ids) == len(second.token_ids) == 8
