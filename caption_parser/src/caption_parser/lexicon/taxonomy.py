"""Walks along the hypernyms and hyponyms of a lexicon, both without instances."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from caption_parser.lexicon.lexicon import Lexicon, Synset
from caption_parser.lexicon.remembering import CACHED_LOOKUPS


@lru_cache(CACHED_LOOKUPS)
def hypernym_distances(lexicon: Lexicon, synset: Synset) -> Mapping[Synset, int]:
    """All synsets above by hypernyms with the fewest steps to each; itself: 0.

    In the order of the distance, then as WordNet lists the hypernyms.
    """
    distances = {synset: 0}
    # The dict grows behind the list that is walked: breadth first, so the first distance is the shortest.
    frontier = [synset]
    for below in frontier:
        for above in lexicon.hypernyms(below):
            if above not in distances:
                distances[above] = distances[below] + 1
                frontier.append(above)
    return distances


def with_hyponyms(lexicon: Lexicon, roots: Iterable[Synset]) -> list[Synset]:
    """The roots and all synsets below them, each once, breadth first."""
    found = dict.fromkeys(roots)
    waiting = list(found)
    for synset in waiting:
        below = [hyponym for hyponym in lexicon.hyponyms(synset) if hyponym not in found]
        found.update(dict.fromkeys(below))
        waiting += below
    return list(found)


class Below:
    """Some synsets and all below them: told one by one, since to list 10,000 takes a sixth of a second."""

    def __init__(self, lexicon: Lexicon, *roots: str) -> None:
        """`roots`: the names of the uppermost ones."""
        self._lexicon = lexicon
        self._roots = frozenset(map(lexicon.synset, roots))

    def __contains__(self, synset: Synset | None) -> bool:
        return synset is not None and not self._roots.isdisjoint(hypernym_distances(self._lexicon, synset))
