"""The protocol of word sense disambiguators: many queries in, one choice each out."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from shared_schemas import Route


class SenseQuery(NamedTuple):
    """A word in its caption and the synsets that it may stand for."""

    caption: str
    start: int
    """Character offset of the leftmost token of the extended head, which the paper scores (Section III-A2)."""
    end: int
    lemma: str
    candidates: tuple[int, ...]
    """Synsets of the lexicon in WordNet's order; never empty."""
    image: int = 0
    """Queries of one call with the same number come from captions of one image."""


class SenseChoice(NamedTuple):
    """The chosen synset, and how it was chosen."""

    synset: int
    route: Route
    score: float | None = None
    distribution: tuple[float, ...] = ()
    """The probability of each candidate, in their order; empty where no model scored them."""
    evidence: tuple[float, ...] = ()
    """The same by the caption alone, all candidates being as frequent as each other; empty where the model cannot
    tell it from how frequent they are."""


class Disambiguator(Protocol):
    """Restricted to the candidates of each query; deterministic; safe to call from several processes."""

    name: str

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order. The queries of one call may be batched together."""
        ...
