"""The suffix rules on a vocabulary of six words."""

import pytest

from caption_parser.lexicon.morphology import base_forms

WORDS = {"dog", "bus", "buse", "lady", "wolf", "fireman"}


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("dog", ("dog",)),
        ("dogs", ("dog",)),
        ("buses", ("buse", "bus")),
        ("ladies", ("lady",)),
        ("wolves", ("wolf",)),
        ("firemen", ("fireman",)),
        ("cats", ()),
        ("", ()),
    ],
)
def test_regular_nouns(form: str, expected: tuple[str, ...]) -> None:
    assert base_forms(form, "n", None, WORDS.__contains__) == expected


def test_exceptions_replace_the_rules() -> None:
    assert base_forms("dogs", "n", ["wolf"], WORDS.__contains__) == ("wolf",)
    assert base_forms("dogs", "n", [], WORDS.__contains__) == ()


def test_the_form_itself_comes_first_and_nothing_twice() -> None:
    assert base_forms("dog", "n", ["wolf", "dog", "wolf", "cat"], WORDS.__contains__) == ("dog", "wolf")


def test_adverbs_have_no_rules() -> None:
    assert base_forms("dogs", "r", None, WORDS.__contains__) == ()
