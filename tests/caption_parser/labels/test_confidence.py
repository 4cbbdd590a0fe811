"""Confidence by hand, and what must raise or lower it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.labels.aggregate import confidence
from shared_schemas import Mention, Rule


def mention(caption: int, rule: Rule = Rule.SYNONYM, score: float | None = None) -> Mention:
    return Mention(caption=caption, start=0, end=1, head="x", extended_head="x", rule=rule, label=1, score=score)


def test_by_hand() -> None:
    assert confidence([mention(0)]) == 0.8
    assert confidence([mention(0), mention(0, Rule.IMPLIED)]) == 0.8, "one caption is one witness"
    assert confidence([mention(0), mention(1)]) == 0.96
    assert confidence([mention(0, Rule.IMPLIED)]) == 0.6
    assert confidence([mention(0, score=0.5)]) == 0.4
    assert confidence([mention(0)], contrary=1) == 0.4
    assert confidence([]) == 0.0


RULES = st.sampled_from([Rule.SYNONYM, Rule.HYPONYM, Rule.HOLONYM, Rule.AGREEMENT, Rule.IMPLIED])
MENTIONS = st.lists(
    st.builds(mention, st.integers(0, 4), RULES, st.none() | st.floats(0, 1)), min_size=1, max_size=8
)


@given(MENTIONS, st.integers(0, 4))
def test_more_witnesses_raise_it_and_contrary_captions_lower_it(mentions: list[Mention], contrary: int) -> None:
    value = confidence(mentions, contrary)
    assert 0 <= value <= 1
    assert confidence([*mentions, mention(5)], contrary) >= value
    assert confidence(mentions, contrary + 1) <= value
    assert confidence(mentions[::-1], contrary) == pytest.approx(value)
