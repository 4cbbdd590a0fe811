"""The tables of rules: every rule stands in them, and each can be left out alone."""

import pytest

from caption_parser.config import ParserConfig
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.implied import ImpliedObjects
from caption_parser.labels.steps import label_steps
from caption_parser.lexicon import default_lexicon
from caption_parser.modes import TRUST, Mode, ModeRules
from shared_schemas import Rule, load_label_space


def test_every_rule_of_a_mention_says_how_far_it_is_to_be_trusted() -> None:
    assert TRUST.keys() == set(Rule)
    assert all(0 < trust.reliability < 1 for trust in TRUST.values())


def test_paper_mode_has_no_rule_and_visual_mode_all() -> None:
    names = ModeRules.names()
    assert {name for name in names if getattr(ModeRules.of(Mode.VISUAL), name)} == set(names)
    assert ModeRules.of(Mode.PAPER) == ModeRules()


@pytest.mark.parametrize("left_out", ModeRules.names())
def test_a_configuration_leaves_one_rule_out(left_out: str) -> None:
    rules = ParserConfig(without=left_out).rules
    assert [name for name in ModeRules.names() if not getattr(rules, name)] == [left_out]


@pytest.mark.parametrize("added", ModeRules.names())
def test_a_configuration_adds_one_rule_to_the_papers(added: str) -> None:
    rules = ParserConfig(mode="paper", also=added).rules
    assert [name for name in ModeRules.names() if getattr(rules, name)] == [added]


def test_the_steps_of_a_mode_stand_in_their_order() -> None:
    lexicon = default_lexicon()
    decisions = DecisionTable(load_label_space("coco"), lexicon)

    def names(rules: ModeRules) -> list[str]:
        implied = ImpliedObjects(decisions, lexicon) if rules.implied else None
        return [type(step).__name__ for step in label_steps(rules, decisions, lexicon, implied)]

    assert names(ModeRules.of(Mode.PAPER)) == ["Decide"]
    assert names(ModeRules.of(Mode.VISUAL)) == [
        "Decide",
        "MembersOfGroups",
        "DrawnAgain",
        "Kin",
        "Agreement",
        "TruckBeds",
        "ImpliedObjects",
        "PottedPlants",
        "IndefinitePeople",
        "NamedPeople",
        "NamedThings",
        "Repetitions",
    ]
    assert names(ModeRules.of(Mode.VISUAL, ["agreement"])) == [
        "Decide",
        "MembersOfGroups",
        "DrawnAgain",
        "Kin",
        "TruckBeds",
        "ImpliedObjects",
        "PottedPlants",
        "IndefinitePeople",
        "NamedPeople",
        "NamedThings",
        "Repetitions",
    ]
