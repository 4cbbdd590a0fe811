"""What a parser remembers is bounded, whatever words captions have: memory does not grow with their number."""

import gc
from functools import lru_cache
from inspect import signature
from math import inf
from typing import Any

from caption_parser.models import caption_network
from caption_parser.syntax import segmented, tree
from tests.parsers import parser_of

_MOST_WORDS = 20_000
_LABELLING = tuple(f"caption_parser.{room}." for room in ("syntax", "labels", "models", "lexicon"))


def test_no_cache_takes_more_than_some_thousand_words() -> None:
    list(parser_of(mode="visual").label(["a black cat on a sofa"]))
    wrapper = type(lru_cache(abs))
    caches = [one for one in gc.get_objects() if type(one) is wrapper and one.__module__.startswith(_LABELLING)]
    assert len(caches) > 20
    assert {f"{one.__module__}.{one.__qualname__}" for one in caches if _most(one) > _MOST_WORDS} == set()
    limits = segmented._VOCABULARY_LIMIT, tree._DECODED_LIMIT, caption_network._REMEMBERED_WORDS
    assert max(limits) <= _MOST_WORDS


def _most(cache: Any) -> float:
    """How many answers a cache may keep; one of a function without parameters, or of the lexicon alone."""
    size = cache.cache_parameters()["maxsize"]
    if size is not None:
        return float(size)
    return 1 if signature(cache).parameters.keys() <= {"lexicon"} else inf
