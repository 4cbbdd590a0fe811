"""What a disambiguator gains around its model, on a model whose answers are written down."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.senses import SenseChoice, SenseQuery
from caption_parser.senses.disambiguator import product_of_experts
from caption_parser.senses.strategies import (
    AbstainBelowMargin,
    AskOnce,
    JointOverImage,
    SkipUndisputed,
    TrustCaptionPrior,
    WithCaptionPrior,
)
from shared_schemas import Route

DOG, CAT, BAT_ANIMAL, BAT_CLUB, BAT_CRICKET = range(5)
LABELS = {DOG: 1, CAT: 2, BAT_CLUB: 3, BAT_CRICKET: 3}


class Scripted:
    """Answers with the distribution written behind the last space of the caption: "a bat 0.2,0.8"."""

    name = "scripted"

    def __init__(self) -> None:
        self.asked: list[SenseQuery] = []

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        self.asked.extend(queries)
        return [self._answer(query) for query in queries]

    def _answer(self, query: SenseQuery) -> SenseChoice:
        distribution = tuple(map(float, query.caption.rsplit(" ", 1)[1].split(",")))
        best = max(range(len(distribution)), key=distribution.__getitem__)
        return SenseChoice(query.candidates[best], Route.MODEL, distribution[best], distribution)


def query(caption: str, *candidates: int, lemma: str = "bat", image: int = 0) -> SenseQuery:
    return SenseQuery(caption, 0, 1, lemma, candidates, image)


def test_undisputed_queries_are_not_asked() -> None:
    model = Scripted()
    queries = [
        query("x 0.4,0.6", BAT_CLUB, BAT_CRICKET),
        query("x 0.4,0.6", BAT_ANIMAL, BAT_CLUB),
        query("x 1", DOG),
    ]
    answers = SkipUndisputed(model, LABELS.get).disambiguate(queries)
    assert model.asked == [queries[1]]
    assert [(answer.synset, answer.route) for answer in answers] == [
        (BAT_CLUB, Route.UNDISPUTED),
        (BAT_CLUB, Route.MODEL),
        (DOG, Route.MONOSEMOUS),
    ]


@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True), max_size=8))
def test_labels_are_the_same_with_and_without_asking(candidate_lists: list[list[int]]) -> None:
    queries = [
        query("x " + ",".join(str(1 + (7 * c + 3) % 5) for c in candidates), *candidates)
        for candidates in candidate_lists
    ]
    asked = Scripted().disambiguate(queries)
    skipped = SkipUndisputed(Scripted(), LABELS.get).disambiguate(queries)
    assert [LABELS.get(a.synset) for a in asked] == [LABELS.get(a.synset) for a in skipped]


def test_the_captions_of_one_image_decide_a_word_together() -> None:
    queries = [
        query("a 0.6,0.4", BAT_ANIMAL, BAT_CLUB, image=1),
        query("b 0.1,0.9", BAT_ANIMAL, BAT_CLUB, image=1),
        query("c 0.6,0.4", BAT_ANIMAL, BAT_CLUB, image=2),
        query("d 0.6,0.4", DOG, CAT, lemma="pet", image=1),
    ]
    answers = JointOverImage(Scripted()).disambiguate(queries)
    assert [answer.synset for answer in answers] == [BAT_CLUB, BAT_CLUB, BAT_ANIMAL, DOG]
    # 0.6 * 0.1 : 0.4 * 0.9 = 1 : 6
    assert answers[0].distribution == pytest.approx((1 / 7, 6 / 7))
    assert answers[0].score == answers[1].score == pytest.approx(6 / 7)
    assert answers[2].distribution == (0.6, 0.4)


def test_a_doubtful_label_is_abstained_from_but_not_a_doubtful_sense() -> None:
    queries = [
        query("x 0.45,0.3,0.25", BAT_ANIMAL, BAT_CLUB, BAT_CRICKET),
        query("x 0.05,0.5,0.45", BAT_ANIMAL, BAT_CLUB, BAT_CRICKET),
    ]
    answers = AbstainBelowMargin(Scripted(), LABELS.get, margin=0.2).disambiguate(queries)
    assert [answer.route for answer in answers] == [Route.ABSTAINED, Route.MODEL]
    never = AbstainBelowMargin(Scripted(), LABELS.get, margin=0).disambiguate(queries)
    assert [answer.route for answer in never] == [Route.MODEL, Route.MODEL]


def test_equal_queries_are_asked_once() -> None:
    model = Scripted()
    repeated = query("x 0.4,0.6", DOG, CAT)
    other = query("y 0.9,0.1", DOG, CAT)
    answers = AskOnce(model).disambiguate([repeated, other, repeated._replace(image=5)])
    assert len(model.asked) == 2
    assert [answer.synset for answer in answers] == [CAT, DOG, CAT]


def test_the_prior_adjusts_a_model_and_decides_alone_where_none_speaks() -> None:
    class Silent(Scripted):
        def _answer(self, query: SenseQuery) -> SenseChoice:
            return SenseChoice(query.candidates[0], Route.FIRST_SENSE)

    prior = {"bat": {BAT_ANIMAL: 0.2, BAT_CLUB: 0.8}}
    queries = [query("x 1", BAT_ANIMAL, BAT_CLUB), query("x 1", DOG, CAT, lemma="pet")]
    known, unknown = WithCaptionPrior(Silent(), prior).disambiguate(queries)
    assert (known.synset, known.route) == (BAT_CLUB, Route.PRIOR)
    assert known.score == pytest.approx(0.8)
    assert (unknown.synset, unknown.route) == (DOG, Route.FIRST_SENSE)
    adjusted = WithCaptionPrior(Scripted(), prior).disambiguate([query("x 0.6,0.4", BAT_ANIMAL, BAT_CLUB)])[0]
    # 0.6 * 0.2 : 0.4 * 0.8 = 3 : 8
    assert adjusted.distribution == pytest.approx((3 / 11, 8 / 11))
    assert (adjusted.synset, adjusted.route) == (BAT_CLUB, Route.MODEL)
    # A sense that the prior has not seen is as rare as its rarest: 0.5 * 0.2 : 0.5 * 0.2.
    unseen = WithCaptionPrior(Scripted(), prior).disambiguate([query("x 0.5,0.5", BAT_ANIMAL, BAT_CRICKET)])[0]
    assert unseen.distribution == pytest.approx((0.5, 0.5))


def test_a_label_that_captions_nearly_always_mean_is_not_asked_for() -> None:
    model = Scripted()
    prior = {"bat": {BAT_ANIMAL: 0.04, BAT_CLUB: 0.5, BAT_CRICKET: 0.46}, "pet": {DOG: 0.5, CAT: 0.5}}
    queries = [
        # Either club leads to label 3, which has 96 of 100.
        query("x 1,0,0", BAT_ANIMAL, BAT_CRICKET, BAT_CLUB),
        query("x 0.1,0.9", DOG, CAT, lemma="pet"),
        query("x 0.1,0.9", DOG, CAT, lemma="unheard-of"),
        query("x 1", DOG, lemma="pet"),
    ]
    answers = TrustCaptionPrior(model, prior, LABELS.get, certainty=0.95).disambiguate(queries)
    assert model.asked == queries[1:]
    assert [(answer.synset, answer.route) for answer in answers] == [
        (BAT_CLUB, Route.PRIOR),
        (CAT, Route.MODEL),
        (CAT, Route.MODEL),
        (DOG, Route.MODEL),
    ]
    assert answers[0].score == pytest.approx(0.5)
    TrustCaptionPrior(model, prior, LABELS.get, certainty=0.97).disambiguate(queries[:1])
    assert model.asked == [*queries[1:], queries[0]]


class Frequent(Scripted):
    """Thinks the first sense nine times as frequent as the second; the caption says what it says beside that."""

    def _answer(self, query: SenseQuery) -> SenseChoice:
        evidence = super()._answer(query).distribution
        weights = [0.9 * evidence[0], 0.1 * evidence[1]]
        distribution = tuple(weight / sum(weights) for weight in weights)
        return SenseChoice(query.candidates[0], Route.MODEL, distribution[0], distribution, evidence)


def test_the_prior_takes_the_place_of_half_of_the_models_own() -> None:
    prior = {"bat": {BAT_ANIMAL: 0.2, BAT_CLUB: 0.8}}
    (adjusted,) = WithCaptionPrior(Frequent(), prior).disambiguate([query("x 0.6,0.4", BAT_ANIMAL, BAT_CLUB)])
    # Half of 9 : 1 is 3 : 1; 0.6 * 3 : 0.4 * 1 = 9 : 2, and with the prior 9 * 0.2 : 2 * 0.8 = 9 : 8.
    assert adjusted.distribution == pytest.approx((9 / 17, 8 / 17))


def test_captions_join_their_evidence_and_count_how_frequent_a_sense_is_once() -> None:
    queries = [query(f"{name} 0.4,0.6", BAT_ANIMAL, BAT_CLUB) for name in "ab"]
    for answer in JointOverImage(Frequent()).disambiguate(queries):
        assert answer.evidence == pytest.approx((4 / 13, 9 / 13))
        # 4 * 0.9 : 9 * 0.1
        assert answer.distribution == pytest.approx((0.8, 0.2))


DISTRIBUTIONS = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda d: sum(d) > 0.1)


@given(st.lists(DISTRIBUTIONS, min_size=1, max_size=5))
def test_a_product_of_experts_is_a_distribution_whatever_their_order(experts: list[list[float]]) -> None:
    product = product_of_experts(experts)
    assert math.fsum(product) == pytest.approx(1)
    assert product_of_experts(experts[::-1]) == pytest.approx(product)
