"""One lexicon in many threads and processes."""

import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.lexicon.lexicon import SHIPPED_LEXICON
from caption_parser.lexicon.taxonomy import hypernym_distances

WORDS = ("dog", "geese", "hot dogs", "men", "traffic lights", "smartphone", "surfers", "buses")


def _facts(lexicon: Lexicon) -> list[object]:
    bases = [base for word in WORDS for base in lexicon.base_forms(word)]
    return [
        (base, lexicon.name(synset), lexicon.definition(synset), hypernym_distances(lexicon, synset))
        for base in bases
        for synset in lexicon.synsets(base)
    ]


def test_threads_give_the_same_answers() -> None:
    expected = _facts(Lexicon.open())
    fresh = Lexicon.open()
    with ThreadPoolExecutor(8) as pool:
        assert all(facts == expected for facts in pool.map(_facts, [fresh] * 64))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_give_the_same_answers(lexicon: Lexicon, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method} processes")
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(_facts, (lexicon,)) == _facts(lexicon)


def test_a_pickle_holds_the_path_alone(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "own.lex"
    path.write_bytes(SHIPPED_LEXICON.read_bytes())
    pickled = pickle.dumps(Lexicon.open(path))
    assert len(pickled) < 500
    restored = pickle.loads(pickled)
    assert restored.path == path
    assert restored.synsets("dog") == lexicon.synsets("dog")


def test_the_shipped_lexicon_is_opened_once_per_process(lexicon: Lexicon) -> None:
    assert default_lexicon() is lexicon
    assert pickle.loads(pickle.dumps(lexicon)) is lexicon
