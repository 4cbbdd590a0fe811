"""Distributions over the same candidates, combined."""

import math
from collections.abc import Iterable, Sequence

from caption_parser.senses.disambiguator import SenseChoice

SMALLEST = 1e-12
"""A probability of zero from one expert must not silence all others."""


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
