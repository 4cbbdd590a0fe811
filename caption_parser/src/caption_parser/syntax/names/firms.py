"""Firms whose names are words, in the news: "Apple unveils a laptop", "Jaguar recalls cars"."""

from functools import lru_cache

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon
from caption_parser.syntax.tree import Tree

DOINGS = frozenset(
    """
    acquires announced announces debuts introduces launched launches patents recalled recalls relaunches rebrands
    sues trademarks unveiled unveils
    """.split()
)
"""What firms do, and of others only persons."""
_NAMED = frozenset({"animal", "artifact", "food", "object", "plant"})
"""What firms are named after, as WordNet's files call it."""


class FirmNames:
    """Finds the nouns that are such names."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._names_a_thing = lru_cache(CACHED_LOOKUPS)(self._is_what_firms_are_named_after)

    def __call__(self, tree: Tree) -> set[int]:
        """Words with a capital and without an article that do what firms do: things and animals have one."""
        return {
            verb - 1
            for verb, word in enumerate(tree.words)
            if word in DOINGS
            and verb
            and tree.has_capital(verb - 1)
            and (verb == 1 or tree.tags[verb - 2] in (",", ".", ":", "HYPH"))
            and tree.words[verb + 1 : verb + 2] != ["itself"]
            and self._names_a_thing(tree.words[verb - 1])
        }

    def _is_what_firms_are_named_after(self, word: str) -> bool:
        senses = self._lexicon.synsets(word)
        return bool(senses) and self._lexicon.lexname(senses[0]).removeprefix("noun.") in _NAMED
