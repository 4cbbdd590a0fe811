"""The model that `--senses default` names."""

import time
from pathlib import Path

import pytest

from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseQuery, load_disambiguator
from caption_parser.senses.evaluation import evaluate_senses
from caption_parser.senses.loading import SHIPPED_MODEL
from caption_parser.senses.sense_vectors import EncoderDisambiguator
from shared_schemas import Route

LARGEST = 40_000_000


@pytest.fixture(scope="module")
def shipped() -> EncoderDisambiguator:
    model = load_disambiguator("default")
    assert isinstance(model, EncoderDisambiguator)
    return model


def query(caption: str, word: str, lemma: str, lexicon: Lexicon) -> SenseQuery:
    start = caption.index(word)
    return SenseQuery(caption, start, start + len(word), lemma, lexicon.synsets(lemma))


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED_MODEL.iterdir()) <= LARGEST


def test_it_is_there_within_a_second(lexicon: Lexicon) -> None:
    began = time.process_time()
    load_disambiguator("default").disambiguate([query("a mouse", "mouse", "mouse", lexicon)])
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("caption", "word", "lemma", "right"),
    [
        ("a mouse eating a piece of cheese", "mouse", "mouse", "mouse.n.01"),
        ("a computer mouse next to a keyboard", "mouse", "mouse", "mouse.n.04"),
        ("a plane flying in the sky", "plane", "plane", "airplane.n.01"),
        ("a tall crane lifting steel at a building site", "crane", "crane", "crane.n.04"),
    ],
)
def test_context_decides(
    shipped: EncoderDisambiguator, lexicon: Lexicon, caption: str, word: str, lemma: str, right: str
) -> None:
    (choice,) = shipped.disambiguate([query(caption, word, lemma, lexicon)])
    assert choice.route is Route.MODEL
    assert lexicon.name(choice.synset) == right


def test_every_ambiguous_noun_has_its_vectors(shipped: EncoderDisambiguator, lexicon: Lexicon) -> None:
    lemmas = ["mouse", "hot_dog", "table", "glass", "person", "abomination", "zwieback"]
    queries = [query("it", "it", lemma, lexicon) for lemma in lemmas]
    routes = [choice.route for choice in shipped.disambiguate(queries)]
    expected = [Route.MODEL if len(one.candidates) > 1 else Route.MONOSEMOUS for one in queries]
    assert routes == expected


def test_answers_do_not_depend_on_the_batch(shipped: EncoderDisambiguator, lexicon: Lexicon) -> None:
    captions = ["a mouse", "a small mouse on a table", "two cats watch a mouse", "a mouse beside the computer"]
    queries = [query(caption, "mouse", "mouse", lexicon) for caption in captions * 3]
    assert shipped.disambiguate(queries) == [shipped.disambiguate([one])[0] for one in queries]


@pytest.mark.real_data
def test_it_is_better_than_the_first_sense(shipped: EncoderDisambiguator, real_data: Path) -> None:
    folder = real_data / "wsd" / "semeval2007"
    files = folder / "semeval2007.data.xml", folder / "semeval2007.gold.key.txt"
    model, first = (evaluate_senses(*files, senses) for senses in (shipped, "first"))
    assert model.noun.f1 is not None
    assert first.noun.f1 is not None
    assert model.noun.f1 > first.noun.f1
