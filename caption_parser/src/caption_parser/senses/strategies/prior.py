"""How often each sense of a word is meant in captions, learned without labels.

WordNet orders senses by their frequency in books and newspapers of 1961; in captions a "bike" is seldom a
motorcycle and a "mouse" on a desk seldom an animal. The prior is estimated from unlabelled captions by
expectation maximisation (Saerens et al. 2002, "Adjusting the outputs of a classifier to new a priori
probabilities"): the mean of what the model says about a word over a corpus, then of what it says given
that mean, until it settles.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from shared_schemas import Route

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.strategies.joint import choose, product_of_experts

Word = tuple[str, tuple[int, ...]]
"""A lemma with its candidates."""
Prior = Mapping[Word, tuple[float, ...]]
"""The probability of each candidate of a word, in their order."""

_ROUNDS = 10
_PSEUDO_COUNT = 2.0
"""Observations of the uniform distribution that a rare word starts with."""


def estimate_prior(observed: Iterable[tuple[Word, Sequence[float]]], rounds: int = _ROUNDS) -> Prior:
    """The prior of each word from the model's distributions over its occurrences."""
    by_word: dict[Word, list[Sequence[float]]] = defaultdict(list)
    for word, distribution in observed:
        by_word[word].append(distribution)
    return {word: _expectation_maximisation(found, rounds) for word, found in by_word.items()}


def _expectation_maximisation(distributions: Sequence[Sequence[float]], rounds: int) -> tuple[float, ...]:
    senses = len(distributions[0])
    prior = (1 / senses,) * senses
    for _ in range(rounds):
        posteriors = [product_of_experts((distribution, prior)) for distribution in distributions]
        total = len(posteriors) + _PSEUDO_COUNT
        prior = tuple((sum(column) + _PSEUDO_COUNT / senses) / total for column in zip(*posteriors, strict=True))
    return prior


class WithPrior:
    """Multiplies the model's distribution by the prior of the word; without a model the prior alone decides."""

    def __init__(self, inner: Disambiguator, prior: Prior) -> None:
        self.name = inner.name
        self._inner = inner
        self._prior = prior

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices, adjusted where the prior knows the word."""
        return [
            self._adjusted(query, choice)
            for query, choice in zip(queries, self._inner.disambiguate(queries), strict=True)
        ]

    def _adjusted(self, query: SenseQuery, choice: SenseChoice) -> SenseChoice:
        prior = self._prior.get((query.lemma, query.candidates))
        if prior is None:
            return choice
        if not choice.distribution:
            return choose(query.candidates, prior, choice._replace(route=Route.PRIOR))
        return choose(query.candidates, product_of_experts((choice.distribution, prior)), choice)
