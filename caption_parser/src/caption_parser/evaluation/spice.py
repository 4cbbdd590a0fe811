"""Set Match and SPICE of scene graphs in text form, by the definitions of FACTUAL (Li et al. 2023, Section 5.1).

As their package FactualSceneGraph computes them for their table (`lemmatize=True`): every word of both graphs
goes to the singular, Set Match asks whether the triples are the same, and SPICE (Anderson et al. 2016) is F1 over
objects, (object, attribute) and (subject, predicate, object), each matched at most once. What is left after exact
matches may match by a common WordNet synset of each member, of whatever part of speech, inflected or not. Scores
of a data set are means over captions. Their synonyms are METEOR's table, ours WordNet 3.0 itself, of which that
was made.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from caption_parser.lexicon import Lexicon
from caption_parser.scene_graphs.graph import written_triples

_CACHED_WORDS = 1 << 15
_POS = ("n", "v", "a", "r")

Tuple = tuple[str, ...]
"""An object; object and attribute; subject, predicate and object."""


class GraphMatch:
    """Compares graphs such as "( man , wear , hat ) , ( hat , is , red )"."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._singular = lru_cache(_CACHED_WORDS)(self._find_singular)
        self._synsets = lru_cache(_CACHED_WORDS)(self._find_synsets)

    def set_match(self, candidate: str, reference: str) -> bool:
        """Whether both graphs hold the same triples, in whatever order."""
        return self._triples(candidate) == self._triples(reference)

    def spice(self, candidate: str, reference: str) -> float:
        """F1 over the tuples of both graphs, in [0, 1]."""
        found, expected = self._tuples(candidate), self._tuples(reference)
        left, open_ = _matched(found, expected, lambda one, other: one == other)
        left, open_ = _matched(left, open_, self._are_synonyms)
        return 2 * (len(found) - len(left)) / (len(found) + len(expected))

    def _triples(self, graph: str) -> set[Tuple]:
        """The triples of a graph, whose words are singular."""
        return {tuple(map(self._in_singular, triple)) for triple in written_triples(graph)}

    def _in_singular(self, member: str) -> str:
        return " ".join(word if word == "is" else self._singular(word) for word in member.split())

    def _tuples(self, graph: str) -> list[Tuple]:
        found: dict[Tuple, None] = {}
        for triple in sorted(self._triples(graph)):
            match triple:
                case (name,):
                    found[name,] = None
                case (subject, "is", attribute):
                    found |= {(subject, attribute): None, (subject,): None}
                case (subject, *predicate, target):
                    found |= {(subject, " ".join(predicate), target): None, (subject,): None, (target,): None}
        return list(found)

    def _are_synonyms(self, one: Tuple, other: Tuple) -> bool:
        return len(one) == len(other) and not any(
            self._synsets(a).isdisjoint(self._synsets(b)) for a, b in zip(one, other, strict=True)
        )

    def _find_singular(self, word: str) -> str:
        """As NLTK's `WordNetLemmatizer`: the shortest base form of a noun."""
        return min(self._lexicon.base_forms(word), key=len, default=word)

    def _find_synsets(self, text: str) -> frozenset[int]:
        return frozenset(
            synset
            for pos in _POS
            for base in {text, *self._lexicon.base_forms(text, pos)}
            for synset in self._lexicon.synsets(base, pos)
        )


def _matched(
    found: Sequence[Tuple], expected: Sequence[Tuple], match: Callable[[Tuple, Tuple], bool]
) -> tuple[list[Tuple], list[Tuple]]:
    """What is left of both after each of `found` took the first of `expected` that it matches."""
    left, open_ = [], list(expected)
    for one in found:
        taken = next((other for other in open_ if match(one, other)), None)
        if taken is None:
            left.append(one)
        else:
            open_.remove(taken)
    return left, open_
