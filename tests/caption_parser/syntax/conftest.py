"""Hand-built parses: rule tests need no model."""

from collections.abc import Callable

import pytest
import spacy
from spacy.tokens import Doc


@pytest.fixture(scope="session")
def parsed() -> Callable[[str], Doc]:
    """Builds a `Doc` from `word/TAG/dep/head` items, head being a token index."""
    vocab = spacy.blank("en").vocab

    def build(notation: str) -> Doc:
        words, tags, deps, heads = zip(*(item.rsplit("/", 3) for item in notation.split()), strict=True)
        return Doc(vocab, words=list(words), tags=list(tags), deps=list(deps), heads=[int(h) for h in heads])

    return build
