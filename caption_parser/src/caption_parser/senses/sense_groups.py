"""Sense vocabulary compression: synsets in groups that still tell the senses of every word apart.

Vial, Lecouteux and Schwab 2019, "Sense Vocabulary Compression through the Semantic Knowledge of WordNet for
Neural Word Sense Disambiguation". A classifier over groups learns from the examples of all synsets of a group,
so that it can also choose senses that its training corpus lacks.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from heapq import heapify, heappop, heappush

from caption_parser.lexicon import Lexicon, Synset

PARTS_OF_SPEECH = "nvar"


class Compression(StrEnum):
    """How the 117,659 synsets of WordNet 3.0 are put into groups."""

    HYPERNYMS = "hypernyms"
    """39,147 groups."""
    ALL_RELATIONS = "all-relations"
    """11,862 groups (11,885 in the paper, which leaves open how ties are broken)."""
    NONE = "none"
    """Every synset on its own."""


def sense_groups(lexicon: Lexicon, compression: Compression) -> list[Synset]:
    """For every synset, in the order of their numbers, the synset that stands for its group.

    No two senses of a lemma in one part of speech share a group. Takes seconds for the whole of WordNet.
    """
    n_synsets = lexicon.synset_range("r").stop
    if compression is Compression.NONE:
        return list(range(n_synsets))
    words = [
        synsets
        for pos in PARTS_OF_SPEECH
        for lemma in lexicon.lemma_names(pos)
        if len(synsets := lexicon.synsets(lemma, pos)) > 1
    ]
    if compression is Compression.HYPERNYMS:
        # Of several hypernyms the one of the lowest number; instance hypernyms lead nowhere: as in the paper,
        # whose number of groups comes out with these rules alone.
        parents = [min(lexicon.hypernyms(synset), default=None) for synset in range(n_synsets)]
        return group_by_hypernyms(words, parents)
    return group_by_relations(words, [lexicon.related(synset) for synset in range(n_synsets)])


def group_by_hypernyms(words: Iterable[Sequence[int]], parents: Sequence[int | None]) -> list[int]:
    """Replace every synset by its nearest hypernym, or itself, that some word needs (Section 3.1).

    `words` are the senses of each word, `parents` the one hypernym of each synset. A pair of senses of one word
    needs the two synsets where their paths from the root part, one of which may be a sense above the other.
    A synset that has none above it is replaced by its root.
    """
    paths: dict[int, tuple[int, ...]] = {}

    def path(synset: int) -> tuple[int, ...]:
        """From the root down to the synset."""
        if synset not in paths:
            parent = parents[synset]
            paths[synset] = (synset,) if parent is None else (*path(parent), synset)
        return paths[synset]

    needed: set[int] = set()
    for senses in words:
        for position, sense in enumerate(senses):
            for other in senses[:position]:
                needed.update(_parting(path(sense), path(other)))
    return [
        next((above for above in reversed(path(synset)) if above in needed), path(synset)[0])
        for synset in range(len(parents))
    ]


def _parting(path: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, int]:
    """The first synsets from the root in which two paths differ.

    Where one path is the beginning of the other, its end and the synset below that.
    """
    for synset, other_synset in zip(path, other, strict=False):
        if synset != other_synset:
            return synset, other_synset
    short, long = sorted((path, other), key=len)
    return short[-1], long[len(short)]


def group_by_relations(words: Iterable[Sequence[int]], related: Sequence[Iterable[int]]) -> list[int]:
    """Merge related groups, smallest first, as long as no word has two senses in one (Section 3.2).

    `words` are the senses of each word, `related[synset]` the synsets it is related to in either direction.
    In every step the smallest group that can still be merged takes the smallest group it is related to; of
    groups of one size the one with the lowest synset goes first. A group is named by its lowest synset.
    """
    merging = _Merging(words, related)
    waiting = [(1, synset) for synset in range(len(related))]
    heapify(waiting)
    while waiting:
        size, group = heappop(waiting)
        # An entry is outdated where its group has been merged since. A group that no neighbour can take is never
        # looked at again: groups only grow, so that what keeps two of them apart stays.
        if merging.find(group) == group and merging.sizes[group] == size:
            merged = merging.merge_with_smallest(group)
            if merged is not None:
                heappush(waiting, (merging.sizes[merged], merged))
    return [merging.find(synset) for synset in range(len(related))]


class _Merging:
    """Groups of synsets as a union-find forest, with the size, neighbours and words of each group."""

    def __init__(self, words: Iterable[Sequence[int]], related: Sequence[Iterable[int]]) -> None:
        self.sizes = [1] * len(related)
        self._parents = list(range(len(related)))
        self._neighbours: list[set[int]] = [set() for _ in related]
        self._words: list[set[int]] = [set() for _ in related]
        for synset, others in enumerate(related):
            for other in others:
                self._neighbours[synset].add(other)
                self._neighbours[other].add(synset)
        for word, senses in enumerate(words):
            for sense in senses:
                self._words[sense].add(word)

    def find(self, synset: int) -> int:
        """The lowest synset of its group."""
        parents = self._parents
        while parents[synset] != synset:
            parents[synset] = parents[parents[synset]]
            synset = parents[synset]
        return synset

    def merge_with_smallest(self, group: int) -> int | None:
        """Merge a group with the smallest related one that shares no word with it; the new group's name."""
        neighbours = {self.find(neighbour) for neighbour in self._neighbours[group]} - {group}
        self._neighbours[group] = neighbours
        for other in sorted(neighbours, key=lambda neighbour: (self.sizes[neighbour], neighbour)):
            if self._words[group].isdisjoint(self._words[other]):
                return self._merge(*sorted((group, other)))
        return None

    def _merge(self, kept: int, absorbed: int) -> int:
        self._parents[absorbed] = kept
        self.sizes[kept] += self.sizes[absorbed]
        for members in (self._neighbours, self._words):
            small, large = sorted((members[kept], members[absorbed]), key=len)
            large |= small
            members[kept], members[absorbed] = large, set()
        return kept
