"""Parsers that tests share: one takes most of a second to build."""

from functools import cache
from typing import Any

from caption_parser import CaptionParser, ParserConfig


def parser_of(**options: Any) -> CaptionParser:
    """`CaptionParser(**options)`, built once in a session; tests leave it as it is."""
    return _built(ParserConfig(**options))


@cache
def _built(config: ParserConfig) -> CaptionParser:
    return CaptionParser(config)
