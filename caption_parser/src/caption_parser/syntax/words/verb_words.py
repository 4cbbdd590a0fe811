"""What WordNet says of a word that a tagger may have misread: what it can be, and what it mostly is."""

from functools import lru_cache
from typing import Literal

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.words.word_kinds import WordKinds

_THINGS = frozenset({"animal", "artifact", "food", "person", "plant"})
_SAID_OF_THINGS = frozenset({"attribute", "substance"})
"""Nouns of colours and materials, which stand before other nouns like adjectives: "a turquoise shirt"."""
_BEARING = frozenset({"body", "competition", "consumption", "motion", "stative"})
"""What a being does without anything else: it sleeps, eats, walks, stands, wins."""
_CABS = frozenset({"cab", "cabs", "tram", "trams"})
"""Vehicles whose most frequent sense is another."""
_MOTION = frozenset({"motion"})


class VerbWords(WordKinds):
    """Which words can be verbs, adjectives or adverbs, and which of them are rather the one or the other."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._fabrics = Below(lexicon, [lexicon.synset("fabric.n.01")])
        self._vehicles = Below(lexicon, map(lexicon.synset, ("vehicle.n.01", "public_transport.n.01")))
        self.is_a = lru_cache(CACHED_LOOKUPS)(self._is_a)
        """Whether WordNet lists the word as of a part of speech in any form: "a", "r" or "v"."""
        self.names_a_thing = lru_cache(CACHED_LOOKUPS)(self._names_a_thing)
        """Whether a noun names a thing or a being, and neither a colour nor a material."""
        self.is_base = lru_cache(CACHED_LOOKUPS)(self._is_base)
        """Whether the word is a verb's base form."""
        self.is_third_person = lru_cache(CACHED_LOOKUPS)(self._is_third_person)
        """Whether the word is a verb's form in -s."""
        self.is_rather_a_verb = lru_cache(CACHED_LOOKUPS)(self._is_rather_a_verb)
        """Whether a word is a verb more often than a noun in the texts that WordNet counts."""
        self.says_how_one_is = lru_cache(CACHED_LOOKUPS)(self._says_how_one_is)
        """Whether a word hardly ever is a noun, and as a verb says how a being moves, rests or eats."""
        self.says_how_one_moves = lru_cache(CACHED_LOOKUPS)(self._says_how_one_moves)
        """Whether a word is as often a verb as a noun, and as a verb says how something moves."""
        self.is_vehicle = lru_cache(CACHED_LOOKUPS)(self._is_vehicle)
        """Whether a noun, in its most frequent sense, names what moves and carries."""
        self.is_listed = lru_cache(CACHED_LOOKUPS)(self._is_listed)
        """Whether WordNet has two nouns as one name, in the singular: "lamb chops"."""
        self.counts = lru_cache(CACHED_LOOKUPS)(self._counts)
        """How often WordNet's texts have the word as a verb, and how often as a noun."""

    def _is_a(self, word: str, pos: str) -> bool:
        return bool(self._lexicon.base_forms(word, pos))

    def _names_a_thing(self, word: str) -> bool:
        senses = [sense for lemma in self._lexicon.base_forms(word) for sense in self._lexicon.synsets(lemma)]
        return (
            bool(senses)
            and self._kind(senses[0]) in _THINGS
            and not any(self._kind(sense) in _SAID_OF_THINGS or sense in self._fabrics for sense in senses)
        )

    def _is_base(self, word: str) -> bool:
        return word in self._lexicon.base_forms(word, "v")

    def _is_third_person(self, word: str) -> bool:
        return word.endswith("s") and any(base != word for base in self._lexicon.base_forms(word, "v"))

    def _is_rather_a_verb(self, word: str) -> bool:
        return self._count(word, "v") > self._count(word, "n")

    def _says_how_one_is(self, word: str) -> bool:
        return self.is_for(word, _BEARING) and self._count(word, "v") > 2 * self._count(word, "n")

    def _says_how_one_moves(self, word: str) -> bool:
        return self.is_for(word, _MOTION) and self._count(word, "v") >= self._count(word, "n")

    def is_for(self, word: str, kinds: frozenset[str]) -> bool:
        """Whether one of the first two senses of a verb is of these kinds."""
        senses = self._lexicon.frequent_senses(word, "v", of_each=2)
        return any(self._lexicon.lexname(sense).removeprefix("verb.") in kinds for sense in senses)

    def _is_vehicle(self, word: str) -> bool:
        if word in _CABS:
            return True
        return self.means(word, self._vehicles)

    def _is_listed(self, first: str, second: str) -> bool:
        firsts, seconds = ((*self._lexicon.base_forms(word), word) for word in (first, second))
        return any(f"{one}_{other}" in self._lexicon for one in firsts for other in seconds)

    def _counts(self, word: str) -> tuple[int, int]:
        return self._count(word, "v"), self._count(word, "n")

    def _count(self, word: str, pos: Literal["n", "v"]) -> int:
        return sum(
            self._lexicon.tag_count(sense, spelling)
            for lemma in self._lexicon.base_forms(word, pos)
            for sense in self._lexicon.synsets(lemma, pos)
            for spelling in self._lexicon.lemmas(sense)
            if spelling.lower() == lemma
        )
