"""The lexicon as shipped, and NLTK's own reader of the same WordNet to hold it against."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caption_parser.lexicon import Lexicon, default_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="session")
def nltk_reader(nltk_wordnet: Path) -> Iterator[Any]:
    """NLTK's `WordNetCorpusReader`, the oracle of the parity tests."""
    nltk = pytest.importorskip("nltk")
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    search_path = list(nltk.data.path)
    nltk.data.path[:] = [str(nltk_wordnet)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The multilingual functions")
        yield WordNetCorpusReader(nltk.data.find("corpora/wordnet"), None)
    nltk.data.path[:] = search_path
