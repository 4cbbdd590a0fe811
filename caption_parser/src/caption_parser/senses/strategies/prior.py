"""How often each sense of a word is meant in captions, learned without labels.

WordNet orders senses by their frequency in texts of 1961, and a model that was trained on those has learned it; in
captions a "mouse" is seldom an animal. The prior of captions takes the place of half of that frequency. It is
estimated from unlabelled captions by expectation maximisation (Saerens et al. 2002, "Adjusting the outputs of a
classifier to new a priori probabilities"), from what each caption says about a word.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.experts import choose, product_of_experts
from shared_schemas import Route

Prior = Mapping[str, Mapping[int, float]]
"""Lemma → synset → how often captions mean it, adding up to 1 per lemma."""

_ROUNDS = 20
_PSEUDO_COUNT = 2.0
"""Observations of the uniform distribution that every lemma starts with."""

Counts = Callable[[str, Sequence[int]], Sequence[float]]
"""How often a lemma was seen in each of some senses elsewhere."""


class Observation(NamedTuple):
    """What a model says about one occurrence of a word."""

    lemma: str
    candidates: tuple[int, ...]
    evidence: tuple[float, ...]
    """What `caption_evidence` gives."""


def estimate_prior(observations: Iterable[Observation], *, least: int = 1, counts: Counts | None = None) -> Prior:
    """The prior of every lemma that occurs at least `least` times.

    `counts` are counted as so many further observations: the thousands of persons in SemCor outweigh what captions
    seem to say, its seven mice do not.
    """
    by_lemma: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_lemma[observation.lemma].append(observation)
    return {lemma: _settled(lemma, found, counts) for lemma, found in by_lemma.items() if len(found) >= least}


def _settled(lemma: str, observations: Sequence[Observation], counts: Counts | None) -> dict[int, float]:
    senses = [*dict.fromkeys(synset for observation in observations for synset in observation.candidates)]
    seen = counts(lemma, senses) if counts else [0.0] * len(senses)
    start = {synset: _PSEUDO_COUNT / len(senses) + count for synset, count in zip(senses, seen, strict=True)}
    prior = {synset: mass / sum(start.values()) for synset, mass in start.items()}
    for _ in range(_ROUNDS):
        mass = dict(start)
        for observation in observations:
            posterior = _given(prior, observation.candidates, observation.evidence)
            for synset, probability in zip(observation.candidates, posterior, strict=True):
                mass[synset] += probability
        total = sum(mass.values())
        prior = {synset: of_synset / total for synset, of_synset in mass.items()}
    return prior


def _given(
    prior: Mapping[int, float], candidates: Sequence[int], evidence: Sequence[float] | None = None
) -> tuple[float, ...]:
    """The candidates' distribution under the prior; a sense that it has not seen is as rare as its rarest."""
    rarest = min(prior.values())
    weights = [prior.get(synset, rarest) for synset in candidates]
    return product_of_experts([weights] if evidence is None else [weights, evidence])


def caption_evidence(choice: SenseChoice) -> tuple[float, ...]:
    """A model's distribution without half of its own prior, normalised.

    All of the prior would make a mouse an animal; none of it would make a person a body (person.n.02), which
    hardly any text means, but which the vectors of senses do not tell apart. Of a model that does not say what
    its distribution would be without the prior, the distribution as it is.
    """
    if not choice.evidence:
        return choice.distribution
    pairs = zip(choice.distribution, choice.evidence, strict=True)
    return product_of_experts([[math.sqrt(given * alone) for given, alone in pairs]])


class WithPrior:
    """Weighs what a caption says by the prior of captions; without a model the prior alone decides."""

    def __init__(self, inner: Disambiguator, prior: Prior) -> None:
        self.name = inner.name
        self._inner = inner
        self._prior = prior

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices, adjusted where the prior knows the lemma."""
        return [
            self._adjusted(query, choice)
            for query, choice in zip(queries, self._inner.disambiguate(queries), strict=True)
        ]

    def _adjusted(self, query: SenseQuery, choice: SenseChoice) -> SenseChoice:
        prior = self._prior.get(query.lemma)
        if prior is None or len(query.candidates) == 1:
            return choice
        if choice.distribution:
            return choose(query.candidates, _given(prior, query.candidates, caption_evidence(choice)), choice)
        return prior_choice(prior, query.candidates)


def prior_choice(prior: Mapping[int, float], candidates: Sequence[int]) -> SenseChoice:
    """What captions mean most by a word, whatever this one says."""
    return choose(candidates, _given(prior, candidates), SenseChoice(candidates[0], Route.PRIOR))


class Recorder:
    """Keeps what a model says, to estimate a prior from."""

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self.observations: list[Observation] = []
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices as they are."""
        choices = self._inner.disambiguate(queries)
        self.observations.extend(
            Observation(query.lemma, query.candidates, caption_evidence(choice))
            for query, choice in zip(queries, choices, strict=True)
            if choice.distribution and len(query.candidates) > 1
        )
        return choices
