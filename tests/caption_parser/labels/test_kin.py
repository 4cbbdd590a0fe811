"""Words of age, sex and kin are persons unless they belong to animals; indefinite pronouns are persons."""

import pytest

from caption_parser import CaptionParser
from tests.parsers import parser_of


def names(parser: CaptionParser, caption: str) -> set[str]:
    (labels,) = parser.label([caption])
    return {label.name for label in labels.foreground}


@pytest.mark.parametrize(
    "caption",
    [
        "A newborn baby asleep in a crib",
        "A baby and a dog",
        "Babies on a rug",
        "Three females at a counter",
        "Three males on a bench",
        "A mother with her baby",
        "A woman with a cow and her baby",
        "A kid next to a goat",
    ],
)
def test_kin_are_persons(parser: CaptionParser, caption: str) -> None:
    assert "person" in names(parser, caption)


@pytest.mark.parametrize(
    "caption",
    [
        "A giraffe and its baby",
        "An elephant with her baby",
        "A zebra with a baby",
        "A cow and a baby in a field",
        "A mother and baby giraffe",
        "A cat with its mother",
    ],
)
def test_kin_of_animals_are_none(parser: CaptionParser, caption: str) -> None:
    assert "person" not in names(parser, caption)


@pytest.mark.parametrize(
    ("caption", "is_seen"),
    [
        ("Someone is riding a horse", True),
        ("Everybody is eating cake", True),
        ("Everyone in the kitchen", True),
        ("A picture of somebody on a bench", True),
        ("Nobody on the bench", False),
        ("Not everyone is here", False),
        ("Someone's dog on a leash", False),
        ("A gift for someone", False),
        ("There isn't anyone on the beach", False),
    ],
)
def test_indefinite_persons(parser: CaptionParser, caption: str, is_seen: bool) -> None:
    assert ("person" in names(parser, caption)) is is_seen


def test_the_rules_can_be_left_out() -> None:
    parser = parser_of(without="kin,indefinite_people")
    assert "person" in names(parser, "A giraffe and its baby")
    assert "person" not in names(parser, "Everybody is eating cake")
