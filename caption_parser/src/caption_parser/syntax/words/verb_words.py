"""What WordNet says of a word that a tagger may have misread: what it can be, and what it mostly is."""

from typing import Literal

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
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
        self._fabrics = Below(lexicon, "fabric.n.01")
        self._vehicles = Below(lexicon, "vehicle.n.01", "public_transport.n.01")

    @remembered
    def is_a(self, word: str, pos: str) -> bool:
        """Whether WordNet lists the word as of a part of speech in any form: "a", "r" or "v"."""
        return bool(self._lexicon.base_forms(word, pos))

    @remembered
    def names_a_thing(self, word: str) -> bool:
        """Whether a noun names a thing or a being, and neither a colour nor a material."""
        senses = [sense for lemma in self._lexicon.base_forms(word) for sense in self._lexicon.synsets(lemma)]
        return (
            bool(senses)
            and self._kind(senses[0]) in _THINGS
            and not any(self._kind(sense) in _SAID_OF_THINGS or sense in self._fabrics for sense in senses)
        )

    @remembered
    def is_base(self, word: str) -> bool:
        """Whether the word is a verb's base form."""
        return word in self._lexicon.base_forms(word, "v")

    @remembered
    def is_third_person(self, word: str) -> bool:
        """Whether the word is a verb's form in -s."""
        return word.endswith("s") and any(base != word for base in self._lexicon.base_forms(word, "v"))

    @remembered
    def is_rather_a_verb(self, word: str) -> bool:
        """Whether a word is a verb more often than a noun in the texts that WordNet counts."""
        return self._count(word, "v") > self._count(word, "n")

    @remembered
    def says_how_one_is(self, word: str) -> bool:
        """Whether a word hardly ever is a noun, and as a verb says how a being moves, rests or eats."""
        return self.is_for(word, _BEARING) and self._count(word, "v") > 2 * self._count(word, "n")

    @remembered
    def says_how_one_moves(self, word: str) -> bool:
        """Whether a word is as often a verb as a noun, and as a verb says how something moves."""
        return self.is_for(word, _MOTION) and self._count(word, "v") >= self._count(word, "n")

    def is_for(self, word: str, kinds: frozenset[str]) -> bool:
        """Whether one of the first two senses of a verb is of these kinds."""
        senses = self._lexicon.frequent_senses(word, "v", of_each=2)
        return any(self._lexicon.lexname(sense).removeprefix("verb.") in kinds for sense in senses)

    @remembered
    def is_vehicle(self, word: str) -> bool:
        """Whether a noun, in its most frequent sense, names what moves and carries."""
        if word in _CABS:
            return True
        return self.means(word, self._vehicles)

    @remembered
    def is_listed(self, first: str, second: str) -> bool:
        """Whether WordNet has two nouns as one name, in the singular: "lamb chops"."""
        firsts, seconds = ((*self._lexicon.base_forms(word), word) for word in (first, second))
        return any(f"{one}_{other}" in self._lexicon for one in firsts for other in seconds)

    @remembered
    def noun_kinds(self, word: str) -> tuple[str, ...]:
        """The lexicographer files of the first two senses that a word has as a noun: "animal", "act"."""
        return tuple(map(self._kind, self._lexicon.frequent_senses(word, of_each=2)))

    @remembered
    def counts(self, word: str) -> tuple[int, int]:
        """How often WordNet's texts have the word as a verb, and how often as a noun."""
        return self._count(word, "v"), self._count(word, "n")

    def _count(self, word: str, pos: Literal["n", "v"]) -> int:
        return sum(
            self._lexicon.tag_count(sense, spelling)
            for lemma in self._lexicon.base_forms(word, pos)
            for sense in self._lexicon.synsets(lemma, pos)
            for spelling in self._lexicon.lemmas(sense)
            if spelling.lower() == lemma
        )
