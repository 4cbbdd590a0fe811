"""Set Match and SPICE by hand."""

import pytest

from caption_parser.evaluation.spice import GraphMatch
from caption_parser.lexicon import default_lexicon


@pytest.mark.parametrize(
    ("found", "expected", "spice", "same"),
    [
        ("( owl , on , fence ) , ( owl , is , brown )", "( owl , is , brown ) , ( owl , on , fence )", 1, True),
        ("( owls , on , fences )", "( owl , on , fence )", 1, True),  # both in the singular
        ("( owl , on , fence )", "( owl )", 2 * 1 / (3 + 1), False),
        ("( owl , is , brown )", "( owl , is , big )", 2 * 1 / (2 + 2), False),
        ("( couch , is , red )", "( sofa , is , red )", 1, False),  # synonyms
        ("( sofa ) , ( couch )", "( sofa )", 2 * 1 / (2 + 1), False),  # each is matched once
        ("( man , riding , horse )", "( man , ride , horse )", 1, False),
        ("( kite )", "( dog )", 0, False),
        ("", "( dog )", 0, False),
    ],
)
def test_by_hand(found: str, expected: str, spice: float, same: bool) -> None:
    match = GraphMatch(default_lexicon())
    assert match.spice(found, expected) == pytest.approx(spice)
    assert match.set_match(found, expected) is same
