"""Predicates in a normal form: lemma, particle, preposition, without articles and auxiliaries."""

from collections.abc import Sequence

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.tree import Tree

_BASE_TAGS = frozenset({"VB", "VBP"})
TRANSFERS = frozenset({"have", "place", "put", "set"})
"""Verbs after whose object a preposition says where that is: "puts a saddle on a horse"."""
_PLACED = frozenset("dock lay lean lie moor park perch place pose position rest seat sit situate stand".split())
"""Verbs of place, after which "by" says where: "parked by the building"."""


class PredicateForms:
    """Normal forms of verbs and prepositions."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def verb(self, tree: Tree, verb: int) -> str:
        """The lemma of a verb."""
        return self._lemma(tree.words[verb], tree.tags[verb] in _BASE_TAGS)

    def is_place(self, tree: Tree, verb: int) -> bool:
        """Whether "by" after a participle says where: "parked by the building"."""
        return self.verb(tree, verb) in _PLACED

    def preposition(self, tree: Tree, words: Sequence[int]) -> str:
        """The words of a preposition: "in front of", "out of"."""
        return " ".join(tree.words[word] for word in words)

    @remembered
    def _lemma(self, word: str, is_base: bool) -> str:
        bases = self._lexicon.base_forms(word, "v")
        if is_base and word in bases:
            return word
        others = [base for base in bases if base != word]
        return max(others, key=self._count, default=word)

    def _count(self, lemma: str) -> int:
        """How often the verb is meant in the texts that WordNet counts."""
        senses = self._lexicon.synsets(lemma, "v")
        return sum(self._lexicon.tag_count(sense, lemma) for sense in senses)
