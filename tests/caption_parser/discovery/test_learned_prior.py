"""How often captions mean each sense: estimated from what a model says, which is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from caption_parser.discovery.caption_prior import Observation, Recorder, estimate_prior
from caption_parser.senses import SenseChoice, SenseQuery
from shared_schemas import Route

DOG, BAT_ANIMAL, BAT_CLUB, BAT_CRICKET = range(4)


def observed(*distributions: tuple[float, float]) -> list[Observation]:
    return [Observation("bat", (BAT_ANIMAL, BAT_CLUB), distribution) for distribution in distributions]


def frequencies(observations: list[Observation], **options: Any) -> Mapping[int, float]:
    return estimate_prior(observations, **options)["bat"]


def test_a_prior_follows_the_captions() -> None:
    assert frequencies(observed((0.0, 1.0)) * 98)[BAT_CLUB] > 0.9
    assert frequencies(observed((0.5, 0.5))) == pytest.approx({BAT_ANIMAL: 0.5, BAT_CLUB: 0.5})
    assert frequencies(observed((0.0, 1.0), (1.0, 0.0))) == pytest.approx({BAT_ANIMAL: 0.5, BAT_CLUB: 0.5})
    assert estimate_prior(observed((0.0, 1.0)), least=2) == {}


def test_anchors_bring_a_rare_lemma_in() -> None:
    prior = estimate_prior(observed((0.5, 0.5)), least=2, anchors={"bat": {BAT_CLUB: 10.0}})
    assert prior["bat"][BAT_CLUB] > 0.9


def test_counts_from_elsewhere_are_not_outvoted_by_a_model_that_leans() -> None:
    def counts(lemma: str, senses: Sequence[int]) -> list[float]:
        assert (lemma, list(senses)) == ("bat", [BAT_ANIMAL, BAT_CLUB])
        return [98.0, 2.0]

    for occurrences in (100, 1000):
        assert frequencies(observed((0.2, 0.8)) * occurrences, counts=counts)[BAT_ANIMAL] > 0.9


def test_one_lemma_may_have_several_sets_of_candidates() -> None:
    narrow = Observation("bat", (BAT_CLUB, BAT_CRICKET), (1.0, 0.0))
    prior = frequencies([*observed((0.0, 1.0)), narrow])
    assert max(prior, key=prior.__getitem__) == BAT_CLUB
    assert sum(prior.values()) == pytest.approx(1.0)


class Model:
    """Gives the same distribution to all words of two senses, and what it is without the senses' frequency."""

    name = "model"

    def __init__(self, distribution: tuple[float, ...], evidence: tuple[float, ...] = ()) -> None:
        self._distribution, self._evidence = distribution, evidence

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        return [self._answer(query) for query in queries]

    def _answer(self, query: SenseQuery) -> SenseChoice:
        if len(query.candidates) == 1:
            return SenseChoice(query.candidates[0], Route.MODEL, 1.0, (1.0,))
        first, *_ = self._distribution
        return SenseChoice(query.candidates[0], Route.MODEL, first, self._distribution, self._evidence)


def test_a_recorder_keeps_what_the_model_says_of_ambiguous_words() -> None:
    recorder = Recorder(Model((0.6, 0.4)))
    queries = [SenseQuery("x", 0, 1, "bat", (BAT_ANIMAL, BAT_CLUB)), SenseQuery("x", 0, 1, "dog", (DOG,))]
    recorder.disambiguate(queries)
    assert recorder.observations == observed((0.6, 0.4))


def test_a_recorder_leaves_half_of_the_models_own_prior_out() -> None:
    # 0.6 : 0.4 with a prior of 9 : 1 is 27 : 2; half of 9 : 1 is 3 : 1, and 0.6 * 3 : 0.4 * 1 = 9 : 2.
    recorder = Recorder(Model((27 / 29, 2 / 29), (0.6, 0.4)))
    recorder.disambiguate([SenseQuery("x", 0, 1, "bat", (BAT_ANIMAL, BAT_CLUB))])
    assert recorder.observations[0].evidence == pytest.approx((9 / 11, 2 / 11))
