"""Fixtures of the disambiguators' tests."""

import pytest

from caption_parser.lexicon import Lexicon, default_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()
