"""The score of the unified evaluation framework (Raganato et al., EACL 2017), as its scorer computes it."""

from collections.abc import Collection, Iterable, Mapping
from math import fsum
from typing import NamedTuple

from shared_schemas import Route

Keys = Mapping[str, Collection[str]]
"""Distinct sense keys by instance id."""


class Score(NamedTuple):
    """How many instances were answered rightly; ratios in [0, 1], None where there is nothing to divide by."""

    right: float
    """Summed over the answered instances: the share of the answer's keys that the gold standard has."""
    answered: int
    """Instances of the gold standard with an answer."""
    instances: int
    """Instances of the gold standard."""

    @property
    def precision(self) -> float | None:
        """Of what was answered, the share that is right."""
        return self.right / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        """Of all instances, the share that is right."""
        return self.right / self.instances if self.instances else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; 0 where nothing was answered."""
        # 2PR / (P + R), where the common factor cancels out.
        return 2 * self.right / (self.answered + self.instances) if self.instances else None


def score(gold: Keys, answers: Keys) -> Score:
    """Scores `answers` against `gold`.

    An instance counts as right if its answer is any of the gold keys; with several answers, each takes an equal
    share. Answers to instances that the gold standard lacks are passed over; an instance without an answer
    lowers recall alone.
    """
    answered = [(answer, gold[instance]) for instance, answer in answers.items() if answer and instance in gold]
    right = fsum(sum(key in keys for key in answer) / len(answer) for answer, keys in answered)
    return Score(right, len(answered), len(gold))


def score_by_pos(gold: Keys, answers: Keys, pos_by_instance: Mapping[str, str | None]) -> dict[str, Score]:
    """The score of each part of speech (`n`, `v`, `a`, `r`), which `pos_by_instance` gives."""
    return {
        pos: score(
            {instance: keys for instance, keys in gold.items() if pos_by_instance.get(instance) == pos}, answers
        )
        for pos in "nvar"
    }


def share_of(route: Route, routes: Iterable[Route]) -> float | None:
    """Which share of the choices took `route`, in [0, 1]; None of no choices."""
    taken = [one is route for one in routes]
    return sum(taken) / len(taken) if taken else None
