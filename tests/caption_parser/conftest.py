"""Fixtures that tests of the parser share."""

import pytest

from caption_parser import CaptionParser
from tests.parsers import parser_of


@pytest.fixture(scope="session")
def parser() -> CaptionParser:
    """The parser as it is when nothing is asked of it."""
    return parser_of()
