"""What WordNet says that a word can be: what the classes of words of several rules have in common."""

from typing import Literal

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below

_PARTS_OF_SPEECH: tuple[Literal["n", "a", "v", "r"], ...] = ("n", "a", "v", "r")


class WordKinds:
    """Looks words up in WordNet, and remembers them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @remembered
    def category(self, word: str) -> str | None:
        """The lexicographer file of the most frequent sense of a noun, "noun.animal"; none: it is no noun."""
        senses = self._lexicon.frequent_senses(word)
        return self._lexicon.lexname(senses[0]) if senses else None

    @remembered
    def means(self, word: str, below: Below, of_each: int = 1) -> bool:
        """Whether one of the first senses, as many `of_each` of its base forms (1), is below some synsets."""
        return any(sense in below for sense in self._lexicon.frequent_senses(word, of_each=of_each))

    @remembered
    def is_noun(self, word: str) -> bool:
        """Whether WordNet lists the word or its singular as a noun."""
        return bool(self._lexicon.base_forms(word))

    @remembered
    def is_uncommon(self, word: str) -> bool:
        """Whether WordNet lists the word in no part of speech, or for names alone: "Jane", "Smith" is a trade."""
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
