"""Fixtures of the disambiguators' tests."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from caption_parser.lexicon import Lexicon, default_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file, compressed as its name says."""

    def write(name: str, content: str | bytes) -> Path:
        packed = content.encode() if isinstance(content, str) else content
        if name.endswith(".gz"):
            packed = gzip.compress(packed)
        elif name.endswith(".zst"):
            packed = zstandard.compress(packed)
        path = tmp_path / name
        path.write_bytes(packed)
        return path

    return write


@pytest.fixture(scope="session")
def tiny_tokenizer() -> Callable[..., Any]:
    """Makes a BERT tokenizer whose vocabulary is the words of some texts, each whole; skips without torch."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    def make(*texts: str) -> Any:
        words = {word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())}
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(words)]
        return transformers.BertTokenizerFast(vocab={word: number for number, word in enumerate(vocabulary)})

    return make
