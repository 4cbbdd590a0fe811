"""What a parser remembers is bounded, whatever words captions have: memory does not grow with their number."""

import gc
from functools import lru_cache

from caption_parser.models import caption_network
from caption_parser.syntax import segmented, tree
from tests.parsers import parser_of

_MOST_WORDS = 20_000
_LABELLING = tuple(f"caption_parser.{room}." for room in ("syntax", "labels", "models", "lexicon"))


def test_no_cache_takes_more_than_some_thousand_words() -> None:
    list(parser_of(mode="visual").label(["a black cat on a sofa"]))
    wrapper = type(lru_cache(abs))
    sizes = {
        f"{one.__module__}.{one.__qualname__}": one.cache_parameters()["maxsize"]
        for one in gc.get_objects()
        if type(one) is wrapper and one.__module__.startswith(_LABELLING)
    }
    assert len(sizes) > 20
    assert {name: size for name, size in sizes.items() if (size or 0) > _MOST_WORDS} == {}
    limits = segmented._VOCABULARY_LIMIT, tree._DECODED_LIMIT, caption_network._REMEMBERED_WORDS
    assert max(limits) <= _MOST_WORDS
