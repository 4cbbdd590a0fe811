"""What WordNet says that a word can be: what the classes of words of several rules have in common."""

from functools import lru_cache
from typing import Literal

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon

_PARTS_OF_SPEECH: tuple[Literal["n", "a", "v", "r"], ...] = ("n", "a", "v", "r")


class WordKinds:
    """Looks words up in WordNet, and remembers them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.is_noun = lru_cache(CACHED_LOOKUPS)(self._is_noun)
        """Whether WordNet lists the word or its singular as a noun."""
        self.is_uncommon = lru_cache(CACHED_LOOKUPS)(self._is_uncommon)
        """Whether WordNet lists the word in no part of speech, or for names alone: "Jane", "Smith" is a trade."""

    def _is_noun(self, word: str) -> bool:
        return bool(self._lexicon.base_forms(word))

    def _is_uncommon(self, word: str) -> bool:
        return not any(
            lemma[:1].islower()
            for pos in _PARTS_OF_SPEECH
            for base in self._lexicon.base_forms(word, pos)
            for synset in self._lexicon.synsets(base, pos)
            for lemma in self._lexicon.lemmas(synset)
            if lemma.lower() == base
        )

    def _kind(self, synset: int) -> str:
        """The lexicographer file of a noun synset: "animal", "act"."""
        return self._lexicon.lexname(synset).removeprefix("noun.")
