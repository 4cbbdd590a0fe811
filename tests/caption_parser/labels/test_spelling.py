"""Slips of the fingers: which are read as a label word, and which words are left alone."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.labels.spelling import Respeller, is_one_slip
from caption_parser.lexicon import default_lexicon

RESPELL = Respeller(["giraffe", "umbrella", "toilet", "knife", "cat", "stop_sign", "train"], default_lexicon())


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("girafe", "giraffe"),
        ("giraffee", "giraffe"),
        ("toliet", "toilet"),
        ("unbrella", "umbrella"),
        ("umbrelas", "umbrella"),
        ("knive", "knife"),
    ],
)
def test_slips(word: str, meant: str) -> None:
    assert RESPELL(word) == meant


@pytest.mark.parametrize(
    "word",
    ["giraffe", "drain", "gmbrella", "iraffe", "gi4affe", "cta", "trainer", "trains", "girafee s", "girrafee", ""],
)
def test_left_alone(word: str) -> None:
    assert RESPELL(word) is None


def test_what_is_meant_does_not_depend_on_the_order_of_the_words() -> None:
    for words in permutations(["stair", "stairs", "knife", "knive"]):
        respell = Respeller(words, default_lexicon())
        assert [respell(word) for word in ("stiars", "stiar", "kinves")] == ["stairs", "stair", "knife"]


LETTERS = st.text(alphabet="abc", max_size=6)


def distance(word: str, other: str) -> int:
    """Damerau-Levenshtein distance, adjacent exchanges only, by the textbook table."""
    table = {(i, 0): i for i in range(len(word) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, a in enumerate(word, 1):
        for j, b in enumerate(other, 1):
            best = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == word[i - 2]:
                best = min(best, table[i - 2, j - 2] + 1)
            table[i, j] = best
    return table[len(word), len(other)]


@given(LETTERS, LETTERS)
def test_one_slip_is_distance_one(word: str, other: str) -> None:
    assert is_one_slip(word, other) == (distance(word, other) == 1)
