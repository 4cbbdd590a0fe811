"""What a disambiguator gains around its model: each strategy is a disambiguator that wraps another.

The whole of it is `SkipUndisputed(WithCues(TrustCaptionPrior(AbstainBelowMargin(WithCaptionPrior(JointOverImage(
AskOnce(model)))))))`; each can be left out.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from caption_parser.lexicon import CACHED_LOOKUPS
from caption_parser.senses.caption_prior import CaptionPrior, evidence_of, prior_choice, under_prior
from caption_parser.senses.cues import Cues, WithCues
from caption_parser.senses.disambiguator import (
    SMALLEST,
    Disambiguator,
    FirstSense,
    SenseChoice,
    SenseQuery,
    choose,
    product_of_experts,
)
from shared_schemas import Route

Outcome = int | None | tuple[int | None, frozenset[int]]
"""What a synset leads to: its label, if any, and the labels of what it entails, if there is that."""

OutcomeOf = Callable[[int], Outcome]
"""Senses are alike that lead to the same."""


@dataclass(frozen=True, slots=True)
class Strategies:
    """Which strategies stand around a model."""

    prior: CaptionPrior = field(default_factory=dict)
    """What captions mean by words; empty: nothing is known of that."""
    trusted: CaptionPrior | None = None
    """What of the prior may answer alone, where it is certain; none: all of it."""
    certainty: float = 1.0
    """Labels that have this probability by the prior alone are not asked for; 1: all are."""
    cues: Cues = field(default_factory=dict)
    """Words of a caption that tell the senses of others apart."""
    joint: bool = False
    """Whether the captions of an image decide together."""
    margin: float = 0.0
    """No answer where the best label is not ahead of the next by this much probability."""
    skip_undisputed: bool = True
    """Whether nothing is asked where all senses lead to one label."""


def with_strategies(model: Disambiguator, outcome_of: OutcomeOf, wanted: Strategies) -> Disambiguator:
    """`model`, asked once for equal queries, with the strategies that are wanted.

    The captions of an image are joined before the prior is counted, so that it counts once, not once a caption.
    WordNet's first sense stays what it is: it says nothing that could be adjusted or joined.
    """
    if isinstance(model, FirstSense):
        return model
    assembled: Disambiguator = AskOnce(model)
    if wanted.joint:
        assembled = JointOverImage(assembled)
    if wanted.prior:
        assembled = WithCaptionPrior(assembled, wanted.prior)
    if wanted.margin > 0:
        assembled = AbstainBelowMargin(assembled, outcome_of, wanted.margin)
    if wanted.prior and wanted.certainty < 1:
        trusted = wanted.prior if wanted.trusted is None else wanted.trusted
        assembled = TrustCaptionPrior(assembled, trusted, outcome_of, wanted.certainty)
    if wanted.cues:
        assembled = WithCues(assembled, wanted.cues)
    return SkipUndisputed(assembled, outcome_of) if wanted.skip_undisputed else assembled


class AskOnce:
    """Passes equal queries of one call on once; data sets repeat captions.

    Nothing is remembered between calls: answers that depend on what was asked before would make the labels of
    a run depend on how its work was shared out among processes.
    """

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner answers; queries that differ in their image alone share one."""
        distinct: dict[tuple[object, ...], SenseQuery] = {}
        for query in queries:
            distinct.setdefault(query[:_CONTENT], query)
        answers = dict(zip(distinct, self._inner.disambiguate(list(distinct.values())), strict=True))
        return [answers[query[:_CONTENT]] for query in queries]


_CONTENT = SenseQuery._fields.index("image")
"""What stands before says which query it is, and what behind follows from that."""


class JointOverImage:
    """One sense per word and image: the product of what the model says in each caption, normalised."""

    def __init__(self, inner: Disambiguator) -> None:
        self.name = inner.name
        self._inner = inner

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices, those of the same word in one image made equal; unscored ones stay as they are."""
        choices = self._inner.disambiguate(queries)
        together: dict[tuple[int, str, tuple[int, ...]], list[int]] = defaultdict(list)
        for index, (query, choice) in enumerate(zip(queries, choices, strict=True)):
            if choice.distribution:
                together[query.image, query.lemma, query.candidates].append(index)
        for (_, _, candidates), indices in together.items():
            if len(indices) > 1:
                distribution, evidence = _joined([choices[index] for index in indices])
                for index in indices:
                    choices[index] = choose(candidates, distribution, choices[index])._replace(evidence=evidence)
        return choices


def _joined(choices: Sequence[SenseChoice]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Distribution and evidence of all; a prior that can be told from the evidence counts once, not once each."""
    evidence = product_of_experts(choice.evidence for choice in choices)
    if not evidence:
        return product_of_experts(choice.distribution for choice in choices), ()
    pairs = zip(choices[0].distribution, choices[0].evidence, strict=True)
    prior = [given / max(alone, SMALLEST) for given, alone in pairs]
    return product_of_experts([evidence, prior]), evidence


class WithCaptionPrior:
    """Weighs what a caption says by the prior of captions; without a model the prior alone decides."""

    def __init__(self, inner: Disambiguator, prior: CaptionPrior) -> None:
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
            return choose(query.candidates, under_prior(prior, query.candidates, evidence_of(choice)), choice)
        return prior_choice(prior, query.candidates)


class AbstainBelowMargin:
    """Abstains where the best label is not ahead of the next by a margin of probability.

    The probability of a label is that of all senses that lead to it: whether a "bat" is a club for baseball
    or for cricket is no doubt about an animal.
    """

    def __init__(self, inner: Disambiguator, outcome_of: OutcomeOf, margin: float) -> None:
        """`margin` in [0, 1]; 0 never abstains."""
        self.name = inner.name
        self._inner = inner
        self._outcome_of = outcome_of
        self._margin = margin

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The inner choices; doubtful ones keep sense and score and get the route `abstained`."""
        return [
            choice._replace(route=Route.ABSTAINED) if self._is_doubtful(query, choice) else choice
            for query, choice in zip(queries, self._inner.disambiguate(queries), strict=True)
        ]

    def _is_doubtful(self, query: SenseQuery, choice: SenseChoice) -> bool:
        if not choice.distribution:
            return False
        by_outcome: dict[Outcome, float] = defaultdict(float)
        for candidate, probability in zip(query.candidates, choice.distribution, strict=True):
            by_outcome[self._outcome_of(candidate)] += probability
        best, second = sorted([*by_outcome.values(), 0.0, 0.0], reverse=True)[:2]
        return best - second < self._margin


class TrustCaptionPrior:
    """Answers from the caption prior where one label has nearly all of its probability; asks for the others.

    Most words of captions have one meaning there, whatever else a dictionary lists: asking a model about each
    "cat" costs time, and now and then a label.
    """

    def __init__(self, inner: Disambiguator, prior: CaptionPrior, outcome_of: OutcomeOf, certainty: float) -> None:
        """`certainty` in (0, 1]: the least probability of a label that is not asked for."""
        self.name = inner.name
        self._inner = inner
        self._prior = prior
        self._outcome_of = outcome_of
        self._certainty = certainty
        self._certain_choice = lru_cache(CACHED_LOOKUPS)(self._choose)

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order: the prior's where it is certain, else the inner one."""
        certain = [self._certain_choice(query.lemma, query.candidates) for query in queries]
        uncertain = [query for query, choice in zip(queries, certain, strict=True) if choice is None]
        answers = iter(self._inner.disambiguate(uncertain))
        return [next(answers) if choice is None else choice for choice in certain]

    def _choose(self, lemma: str, candidates: tuple[int, ...]) -> SenseChoice | None:
        prior = self._prior.get(lemma)
        if prior is None or len(candidates) == 1:
            return None
        choice = prior_choice(prior, candidates)
        by_outcome: dict[Outcome, float] = defaultdict(float)
        for candidate, probability in zip(candidates, choice.distribution, strict=True):
            by_outcome[self._outcome_of(candidate)] += probability
        return choice if by_outcome[self._outcome_of(choice.synset)] >= self._certainty else None


class SkipUndisputed:
    """Answers the queries whose candidates lead to the same as the first of them, and asks for the others.

    What a sense entails counts too: a "fireman" is a person in all senses, but in one of them he plays baseball.
    """

    def __init__(self, inner: Disambiguator, outcome_of: OutcomeOf) -> None:
        self.name = inner.name
        self._inner = inner
        self._outcome_of = outcome_of
        self._undisputed = lru_cache(CACHED_LOOKUPS)(self._choose)

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """Labels are those of the inner disambiguator; a sense that it was not asked for is the first one."""
        choices = [self._undisputed(query.candidates) for query in queries]
        disputed = [query for query, choice in zip(queries, choices, strict=True) if choice is None]
        answers = iter(self._inner.disambiguate(disputed))
        return [next(answers) if choice is None else choice for choice in choices]

    def _choose(self, candidates: tuple[int, ...]) -> SenseChoice | None:
        """The first of candidates that are not in dispute; none: they are."""
        first, *others = candidates
        outcome = self._outcome_of(first)
        if any(self._outcome_of(other) != outcome for other in others):
            return None
        return SenseChoice(first, Route.UNDISPUTED if others else Route.MONOSEMOUS)
