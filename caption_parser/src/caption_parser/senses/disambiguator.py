"""The protocol of word sense disambiguators: many queries in, one choice each out; how choices are combined."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from shared_schemas import Route

if TYPE_CHECKING:
    # Commands that choose no sense import this module, too.
    import numpy as np
    import numpy.typing as npt

SMALLEST = 1e-12
"""A probability of zero from one expert must not silence all others."""


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
    token: int = 0
    """The head noun in the parse."""
    vectors: "npt.NDArray[np.float32] | None" = None
    """What the caption pipeline made of the words of the parse, (n, D); none: another one read the caption."""


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


class FirstSense:
    """Chooses the first of a word's senses, which WordNet orders by their frequency in SemCor.

    The baseline of every disambiguator, and the fallback of those that may not know.
    """

    name = "first"

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The first candidate of every query."""
        return [
            SenseChoice(
                query.candidates[0],
                Route.MONOSEMOUS if len(query.candidates) == 1 else Route.FIRST_SENSE,
            )
            for query in queries
        ]


def product_of_experts(distributions: Iterable[Sequence[float]]) -> tuple[float, ...]:
    """The normalised product of distributions; empty if they are."""
    logs = [sum(map(_log, column)) for column in zip(*distributions, strict=True)]
    if not logs:
        return ()
    highest = max(logs)
    weights = [math.exp(log - highest) for log in logs]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def choose(candidates: Sequence[int], distribution: tuple[float, ...], choice: SenseChoice) -> SenseChoice:
    """`choice` with the most probable candidate of a new distribution; of equals the first listed."""
    best = max(range(len(candidates)), key=distribution.__getitem__)
    return choice._replace(synset=candidates[best], score=distribution[best], distribution=distribution)


def _log(probability: float) -> float:
    return math.log(max(probability, SMALLEST))
