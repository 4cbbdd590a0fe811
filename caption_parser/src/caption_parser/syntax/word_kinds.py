"""What WordNet says that a word can be: what the classes of words of several rules have in common."""

from functools import lru_cache

from caption_parser.lexicon import Lexicon

CACHED_WORDS = 1 << 13


class WordKinds:
    """Looks words up in WordNet, and remembers them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.is_noun = lru_cache(CACHED_WORDS)(self._is_noun)
        """Whether WordNet lists the word or its singular as a noun."""

    def _is_noun(self, word: str) -> bool:
        return bool(self._lexicon.base_forms(word))

    def _kind(self, synset: int) -> str:
        """The lexicographer file of a noun synset: "animal", "act"."""
        return self._lexicon.lexname(synset).removeprefix("noun.")
