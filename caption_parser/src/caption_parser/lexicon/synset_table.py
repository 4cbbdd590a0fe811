"""What the lexicon file says about each synset, unpacked one field at a time."""

from array import array
from collections.abc import Mapping
from typing import NamedTuple

from caption_parser.lexicon import layout
from caption_parser.lexicon.layout import Relation
from caption_parser.lexicon.tables import Runs

_WALKED = frozenset(
    {
        (Relation.HYPERNYM, Relation.HYPERNYM),
        (Relation.HYPONYM, Relation.HYPONYM),
        (Relation.MEMBER_HOLONYM, Relation.SUBSTANCE_HOLONYM),
    }
)
"""Relations, from the first to the last, that are followed from thousands of synsets."""


class Sense(NamedTuple):
    """A lemma of a synset."""

    spelling: int
    """Its number in the string table."""
    lex_id: int
    tag_count: int


class Derivation(NamedTuple):
    """A derivationally related form, from a lemma of one synset to a lemma of another; positions are 0-based."""

    source_lemma: int
    synset: int
    target_lemma: int


class SynsetTable:
    """Fields, senses and relations by the number of a synset."""

    def __init__(self, sections: Mapping[str, memoryview]) -> None:
        self._synsets = sections["synsets"]
        self._lexnames = bytes(sections["lexnames"]).decode().split("\n")
        self._tag_counts = sections["tag_counts"]
        self._sense_runs, self._senses = Runs(sections, "senses"), sections["senses"]
        self._edge_runs, self._edges = Runs(sections, "edges"), sections["edges"]
        self._targets: dict[tuple[Relation, Relation], tuple[array[int], array[int]]] = {}

    def is_satellite(self, synset: int) -> bool:
        """Whether it is an adjective satellite."""
        return bool(self._synsets[synset] & 1)

    def offset(self, synset: int) -> int:
        """Its offset in WordNet's data file."""
        return self._synsets[synset] >> layout.OFFSET_SHIFT

    def lexname_number(self, synset: int) -> int:
        """The number of its lexicographer file."""
        return self._synsets[synset] >> layout.LEXNAME_SHIFT & layout.LEXNAME_MASK

    def lexname(self, synset: int) -> str:
        """The name of its lexicographer file."""
        return self._lexnames[self.lexname_number(synset)]

    def spellings(self, synset: int) -> list[int]:
        """The numbers of its lemmas in the string table, as WordNet lists them."""
        start, end = self._sense_runs.bounds(synset)
        return [sense & layout.SPELLING_MASK for sense in self._senses[start:end]]

    def sense(self, synset: int, position: int) -> Sense:
        """Its lemma at a 0-based position."""
        word = self._senses[self._sense_runs.bounds(synset)[0] + position]
        return Sense(
            word & layout.SPELLING_MASK,
            word >> layout.LEX_ID_SHIFT & layout.LEX_ID_MASK,
            self._tag_counts[word >> layout.COUNT_SHIFT],
        )

    def related(self, synset: int, first: Relation, last: Relation | None = None) -> tuple[int, ...]:
        """The targets of one relation, or of those from `first` to `last` in the order of their ranks."""
        kinds = first, first if last is None else last
        if kinds in _WALKED:
            starts, targets = self._targets.get(kinds) or self._unpack(*kinds)
            return tuple(targets[starts[synset] : starts[synset + 1]])
        return tuple([edge & layout.TARGET_MASK for edge in self._edges_between(synset, *kinds)])

    def _unpack(self, first: Relation, last: Relation) -> "tuple[array[int], array[int]]":
        """Where the targets of each synset begin, and the targets: for walks that look at thousands of synsets."""
        import numpy as np

        edges = np.frombuffer(self._edges, np.uint32)
        relations = edges >> layout.RELATION_SHIFT
        chosen = (first <= relations) & (relations <= last)
        before = np.zeros(len(edges) + 1, np.uint32)
        chosen.cumsum(out=before[1:])
        starts, targets = before[self._edge_runs.starts()], edges[chosen] & layout.TARGET_MASK
        found = self._targets[first, last] = array("I", starts.tobytes()), array("I", targets.tobytes())
        return found

    def derivations(self, synset: int) -> list[Derivation]:
        """The derivationally related forms of all its lemmas."""
        return [
            Derivation(
                edge >> layout.SOURCE_LEMMA_SHIFT & layout.LEMMA_POSITION_MASK,
                edge & layout.TARGET_MASK,
                edge >> layout.TARGET_LEMMA_SHIFT & layout.LEMMA_POSITION_MASK,
            )
            for edge in self._edges_between(synset, Relation.DERIVATION, Relation.DERIVATION)
        ]

    def _edges_between(self, synset: int, first: Relation, last: Relation) -> list[int]:
        """The edges of these relations, which stand together; most synsets have so few that a search is slower."""
        start, end = self._edge_runs.bounds(synset)
        lowest, above = first << layout.RELATION_SHIFT, last + 1 << layout.RELATION_SHIFT
        edges: list[int] = self._edges[start:end].tolist()
        return [edge for edge in edges if lowest <= edge < above]
