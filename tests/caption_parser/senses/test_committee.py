"""Several models as one, on models whose answers are written down."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from caption_parser.errors import UsageError
from caption_parser.senses import (
    SHIPPED_MODEL,
    FirstSense,
    SenseChoice,
    SenseQuery,
    folder_of_model,
    load_disambiguator,
)
from caption_parser.senses.committee import Committee
from caption_parser.senses.experts import geometric_mean
from shared_schemas import Route

MICE = (11, 12)
QUERY = SenseQuery("a mouse", 2, 7, "mouse", MICE)


class Says:
    """Always the same distribution over two candidates; with `evidence`, its prior can be told from it."""

    def __init__(self, *distribution: float, evidence: tuple[float, ...] = ()) -> None:
        self.name = "says"
        self._choice = SenseChoice(
            MICE[distribution.index(max(distribution))], Route.MODEL, max(distribution), distribution, evidence
        )

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        return [self._choice] * len(queries)


def test_the_surer_member_wins() -> None:
    # Odds of 9 : 1 and 2 : 3, in the geometric mean √6 : 1.
    committee = Committee([Says(0.9, 0.1), Says(0.4, 0.6)])
    (choice,) = committee.disambiguate([QUERY])
    odds = math.sqrt(9 * 2 / 3)
    assert (choice.synset, choice.route) == (MICE[0], Route.MODEL)
    assert choice.distribution == pytest.approx((odds / (1 + odds), 1 / (1 + odds)))
    assert choice.score == choice.distribution[0]
    assert committee.name == "says + says"


def test_evidence_is_kept_where_all_members_give_it() -> None:
    telling, silent = Says(0.5, 0.5, evidence=(0.2, 0.8)), Says(0.5, 0.5)
    (choice,) = Committee([telling, telling]).disambiguate([QUERY])
    assert choice.evidence == pytest.approx((0.2, 0.8))
    assert Committee([telling, silent]).disambiguate([QUERY])[0].evidence == ()


def test_a_member_without_scores_has_no_say() -> None:
    (choice,) = Committee([FirstSense(), Says(0.1, 0.9)]).disambiguate([QUERY])
    assert (choice.synset, choice.route) == (MICE[1], Route.MODEL)
    (choice,) = Committee([FirstSense(), FirstSense()]).disambiguate([QUERY])
    assert (choice.synset, choice.route) == (MICE[0], Route.FIRST_SENSE)


def test_equal_members_are_as_sure_as_one() -> None:
    assert geometric_mean([(0.3, 0.7)] * 3) == pytest.approx((0.3, 0.7))
    assert geometric_mean([]) == ()


def test_a_plus_names_a_committee(tmp_path: Path) -> None:
    assert isinstance(load_disambiguator("first+first"), Committee)
    assert folder_of_model("first+default") == SHIPPED_MODEL
    with pytest.raises(UsageError, match="--senses frist: no such disambiguator"):
        load_disambiguator("first+frist")
    (tmp_path / "a+b").mkdir()
    assert folder_of_model(str(tmp_path / "a+b")) == tmp_path / "a+b"
