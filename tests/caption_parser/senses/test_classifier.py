"""The paper's disambiguator over an encoder written by hand: restriction, ties, every fallback."""

# ruff: noqa: E402 (without tokenizers the file is skipped before it imports what needs them)

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

tokenizers = pytest.importorskip("tokenizers")

from caption_parser.lexicon import default_lexicon
from caption_parser.senses.classifier import ClassifierDisambiguator, SenseVocabulary, synset_key
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.word_encoder import SubtokenLocator, WordEncoder
from shared_schemas import Route

LEXICON = default_lexicon()
RODENT, BRUISE, PERSON, DEVICE = MOUSE = LEXICON.synsets("mouse")
CAT, SOFA = LEXICON.synset("cat.n.01"), LEXICON.synset("sofa.n.01")
WORDS = ["[CLS]", "[SEP]", "[UNK]", "a", "mouse", "mice", "eats", "desk"]


class Embeddings:
    """An encoder whose vectors are those of `TABLE`, whatever stands beside a token."""

    def __init__(self) -> None:
        self.sequences: list[Sequence[int]] = []

    def encode(self, sequences: Sequence[Sequence[int]]) -> list[npt.NDArray[np.float32]]:
        self.sequences += sequences
        return [np.array([TABLE[token] for token in sequence], np.float32) for sequence in sequences]


TABLE = {number: [1.0, 0.0] for number in range(len(WORDS))}
TABLE[WORDS.index("mouse")] = [3.0, 4.0]
TABLE[WORDS.index("mice")] = [0.0, -2.0]


def _tokenizer() -> Any:
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return tokenizer


def _disambiguator(
    outputs: Sequence[Sequence[int]],
    weights: Sequence[Sequence[float]],
    encoder: Embeddings | None = None,
    max_subtokens: int = 16,
) -> ClassifierDisambiguator:
    """`outputs`: the synsets of each; `weights`: two of the unit vector and the bias of each."""
    words = WordEncoder(SubtokenLocator(_tokenizer(), "first", max_subtokens), encoder or Embeddings())
    vocabulary = SenseVocabulary([[synset_key(synset, LEXICON) for synset in output] for output in outputs])
    return ClassifierDisambiguator(words, np.array(weights, np.float32), vocabulary, LEXICON, name="test")


def _query(caption: str, candidates: Sequence[int] = MOUSE, word: str = "mouse") -> SenseQuery:
    start = caption.index(word)
    return SenseQuery(caption, start, start + len(word), "mouse", tuple(candidates))


def test_argmax_over_the_candidates_alone() -> None:
    """The vector of "mouse" is (.6, .8): the outputs score 1.1, 5 (no candidate's), -.6, .6 + 1."""
    outputs = [[RODENT, CAT], [SOFA], [PERSON], [DEVICE]]
    weights = [[0.5, 1.0, 0.0], [0.0, 0.0, 5.0], [-1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]
    (choice,) = _disambiguator(outputs, weights).disambiguate([_query("a mouse eats")])
    scores = np.exp([1.1, -0.6, 1.6])
    rodent, person, device = scores / scores.sum()
    assert (choice.synset, choice.route) == (DEVICE, Route.MODEL)
    assert choice.score == pytest.approx(device)
    assert choice.distribution == pytest.approx((rodent, 0.0, person, device))


def test_the_context_decides() -> None:
    disambiguator = _disambiguator([[RODENT], [DEVICE]], [[0.0, -1.0, 0.0], [0.0, 1.0, 0.0]])
    choices = disambiguator.disambiguate([_query("mice", word="mice"), _query("a mouse"), _query("a mouse eats")])
    assert [choice.synset for choice in choices] == [RODENT, DEVICE, DEVICE]


def test_equals_go_to_the_first_listed() -> None:
    disambiguator = _disambiguator([[BRUISE], [RODENT, PERSON], [DEVICE]], [[0, 0, 0], [0, 0, 1], [0, 0, 1]])
    assert disambiguator.disambiguate([_query("mouse")])[0].synset == RODENT
    assert disambiguator.disambiguate([_query("mouse", (BRUISE, DEVICE, PERSON))])[0].synset == DEVICE


class TestFallbacks:
    def test_one_sense_in_wordnet(self) -> None:
        encoder = Embeddings()
        choice = _disambiguator([], [], encoder).disambiguate([_query("mouse", (DEVICE,))])
        assert choice == [SenseChoice(DEVICE, Route.MONOSEMOUS)]
        assert encoder.sequences == []

    def test_one_survivor_wins_uncontested(self) -> None:
        encoder = Embeddings()
        choice = _disambiguator([[PERSON]], [[0, 0, -9]], encoder).disambiguate([_query("mouse")])
        assert choice == [SenseChoice(PERSON, Route.MODEL, 1.0, (0.0, 0.0, 1.0, 0.0))]
        assert encoder.sequences == []

    def test_none_left_gives_the_first_sense(self) -> None:
        choice = _disambiguator([[CAT]], [[0, 0, 9]]).disambiguate([_query("mouse", (PERSON, DEVICE))])
        assert choice == [SenseChoice(PERSON, Route.FALLBACK)]

    def test_a_word_that_the_tokenizer_drops(self) -> None:
        query = SenseQuery("a \x07 eats", 2, 3, "mouse", MOUSE)
        disambiguator = _disambiguator([[PERSON], [DEVICE]], [[0, 0, 0], [0, 0, 1]])
        assert disambiguator.disambiguate([query]) == [SenseChoice(RODENT, Route.FALLBACK)]

    def test_no_queries(self) -> None:
        assert _disambiguator([[CAT]], [[0, 0, 0]]).disambiguate([]) == []


def test_one_pass_per_caption_and_no_difference_between_batches() -> None:
    encoder = Embeddings()
    weights = [[0.3, -1.0, 0.1], [0.2, 1.0, 0.0], [1.0, 0.1, 0.0]]
    disambiguator = _disambiguator([[RODENT], [PERSON], [DEVICE]], weights, encoder)
    caption = "a mouse eats mice"
    queries = [_query(caption), _query(caption, word="mice"), _query("mouse"), _query(caption, (DEVICE, PERSON))]
    together = disambiguator.disambiguate(queries)
    assert len(encoder.sequences) == 2
    assert together == [choice for query in queries for choice in disambiguator.disambiguate([query])]


def test_a_word_behind_the_encoders_limit_is_read_in_a_window() -> None:
    encoder = Embeddings()
    disambiguator = _disambiguator([[RODENT], [DEVICE]], [[0, 0, 0], [0, 1, 0]], encoder, max_subtokens=7)
    caption = "desk " * 50 + "a mouse eats " + "desk " * 50
    (choice,) = disambiguator.disambiguate([_query(caption)])
    assert choice.synset == DEVICE
    assert [[WORDS[token] for token in sequence] for sequence in encoder.sequences] == [
        ["[CLS]", "a", "mouse", "eats", "desk", "desk", "[SEP]"]
    ]
