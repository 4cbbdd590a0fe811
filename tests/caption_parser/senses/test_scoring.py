"""The scorer against a literal rendering of what the framework's Scorer.java does with two files."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.senses.evaluation import Score, score, score_by_pos, share_of
from shared_schemas import Route

Answers = dict[str, frozenset[str]]


def scorer_java(gold_lines: list[str], system_lines: list[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 from the lines of two key files; NaN where Java divides 0 by 0."""
    maps: list[dict[str, set[str]]] = []
    for lines in (gold_lines, system_lines):
        entries: dict[str, set[str]] = {}
        for line in lines:
            fields = line.split(" ")
            if len(fields) >= 2:
                for key in fields[1:]:
                    entries.setdefault(fields[0], set()).add(key)
        maps.append(entries)
    gold, system = maps
    right = wrong = 0.0
    for instance in system:
        if instance in gold:
            hits = misses = 0
            for key in system[instance]:
                if key in gold[instance]:
                    hits += 1
                else:
                    misses += 1
            right += hits / len(system[instance])
            wrong += misses / len(system[instance])
    precision = right / (right + wrong) if right + wrong else math.nan
    recall = right / len(gold) if gold else math.nan
    f1 = 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)
    return precision, recall, f1


def key_lines(keys: Answers) -> list[str]:
    return [" ".join([instance, *sorted(found)]) for instance, found in keys.items()]


key_sets = st.frozensets(st.sampled_from(["a%1", "b%1", "c%1", "d%1"]), min_size=1)
key_maps = st.dictionaries(st.sampled_from([f"s0.t{number}" for number in range(8)]), key_sets)


@given(gold=key_maps.filter(bool), answers=key_maps)
def test_agrees_with_the_official_scorer(gold: Answers, answers: Answers) -> None:
    found = score(gold, answers)
    precision, recall, f1 = scorer_java(key_lines(gold), key_lines(answers))
    assert found.recall == pytest.approx(recall)
    if math.isnan(precision):
        assert (found.precision, found.f1) == (None, 0)
    else:
        assert found.precision == pytest.approx(precision)
        assert found.f1 == pytest.approx(f1)


@given(gold=key_maps.filter(bool), data=st.data())
def test_any_one_of_the_gold_keys_is_right(gold: Answers, data: st.DataObject) -> None:
    answers = {instance: frozenset({data.draw(st.sampled_from(sorted(keys)))}) for instance, keys in gold.items()}
    found = score(gold, answers)
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


@given(gold=key_maps, answers=key_maps, seed=st.integers())
def test_order_changes_nothing(gold: Answers, answers: Answers, seed: int) -> None:
    def shuffled(keys: Answers) -> Answers:
        return dict(random.Random(seed).sample(list(keys.items()), len(keys)))

    assert score(shuffled(gold), shuffled(answers)) == score(gold, answers)


@given(gold=key_maps, answers=key_maps)
def test_parts_of_speech_add_up(gold: Answers, answers: Answers) -> None:
    pos_by_instance = {instance: "nvar"[number % 4] for number, instance in enumerate(gold)}
    parts = score_by_pos(gold, answers, pos_by_instance).values()
    whole = score(gold, answers)
    assert sum(part.right for part in parts) == pytest.approx(whole.right)
    assert sum(part.answered for part in parts) == whole.answered
    assert sum(part.instances for part in parts) == whole.instances


def test_several_answers_share_the_credit_and_a_missing_one_lowers_recall_alone() -> None:
    gold = {"1": {"a", "b"}, "2": {"c"}, "3": {"d"}, "4": {"e"}}
    answers = {"1": {"a"}, "2": {"c", "x", "y", "z"}, "3": {"x"}, "5": {"e"}, "4": set[str]()}
    found = score(gold, answers)
    assert found == Score(right=1.25, answered=3, instances=4)
    assert found.precision == pytest.approx(1.25 / 3)
    assert found.recall == 1.25 / 4
    assert found.f1 == pytest.approx(2 * (1.25 / 3) * (1.25 / 4) / (1.25 / 3 + 1.25 / 4))


def test_nothing_to_divide_by() -> None:
    empty = score({}, {})
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)
    unanswered = score({"1": {"a"}}, {})
    assert (unanswered.precision, unanswered.recall, unanswered.f1) == (None, 0, 0)
    assert share_of(Route.FALLBACK, []) is None


def test_shares_of_routes() -> None:
    routes = [Route.MODEL, Route.FALLBACK, Route.MODEL, Route.MONOSEMOUS]
    assert share_of(Route.FALLBACK, routes) == 0.25
    assert share_of(Route.MODEL, routes) == 0.5
