"""How often captions mean each sense: estimated from what a model says, which is recorded."""

from collections.abc import Sequence

import pytest

from caption_parser.discovery.caption_prior import Observation, Recorder, estimate_prior
from caption_parser.senses import SenseChoice, SenseQuery
from shared_schemas import Route

DOG, BAT_ANIMAL, BAT_CLUB, BAT_CRICKET = range(4)


def observed(*distributions: tuple[float, float]) -> list[Observation]:
    return [Observation("bat", (BAT_ANIMAL, BAT_CLUB), distribution) for distribution in distributions]


def test_a_prior_is_the_share_of_each_sense_in_the_corpus() -> None:
    # 98 observations of the second sense and two of a uniform start: (1, 99) of 100.
    assert estimate_prior(observed((0.0, 1.0)) * 98)["bat"] == pytest.approx({BAT_ANIMAL: 0.01, BAT_CLUB: 0.99})
    assert estimate_prior(observed((0.5, 0.5)))["bat"] == pytest.approx({BAT_ANIMAL: 0.5, BAT_CLUB: 0.5})
    shared = estimate_prior(observed((0.0, 1.0), (1.0, 0.0)))
    assert shared["bat"] == pytest.approx({BAT_ANIMAL: 0.5, BAT_CLUB: 0.5})
    assert estimate_prior(observed((0.0, 1.0)), least=2) == {}


def test_a_prior_sharpens_what_the_model_leaves_open() -> None:
    prior = estimate_prior(observed((0.4, 0.6)) * 50)
    assert prior["bat"][BAT_CLUB] > 0.9, "expectation maximisation settles on the likelier sense"


def test_counts_from_elsewhere_weigh_as_so_many_observations() -> None:
    def counts(lemma: str, senses: Sequence[int]) -> list[int]:
        assert (lemma, list(senses)) == ("bat", [BAT_ANIMAL, BAT_CLUB])
        return [98, 0]

    # 98 + 1 animals that were counted elsewhere, 100 + 1 clubs that captions show.
    prior = estimate_prior(observed((0.0, 1.0)) * 100, counts=counts)
    assert prior["bat"] == pytest.approx({BAT_ANIMAL: 99 / 200, BAT_CLUB: 101 / 200})


def test_one_lemma_may_have_several_sets_of_candidates() -> None:
    narrow = Observation("bat", (BAT_CLUB, BAT_CRICKET), (1.0, 0.0))
    prior = estimate_prior([*observed((0.0, 1.0)), narrow])
    # Two observations of the club and two of a uniform start over three senses: 2 + 2/3 of 4.
    assert prior["bat"] == pytest.approx({BAT_ANIMAL: 1 / 6, BAT_CLUB: 2 / 3, BAT_CRICKET: 1 / 6})


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
