"""Fixtures of the disambiguators' tests."""

import gzip
from collections.abc import Callable
from pathlib import Path

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
