import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

tokenizers = pytest.importorskip("tokenizers")

from caption_parser.senses.word_encoder import (  # noqa: E402
    SubtokenLocator,
    load_tokenizer,
    shared_window_start,
    window_start,
)

UNKNOWN, BEGIN, END = 0, 1, 2
LETTERS = "abcdefghij"
ID = {letter: number for number, letter in enumerate(LETTERS, 3)}


@pytest.fixture
def tokenizer() -> Any:
    """Each letter is a subtoken, wherever it stands in a word."""
    vocabulary = {"[UNK]": UNKNOWN, "[CLS]": BEGIN, "[SEP]": END, **ID}
    vocabulary |= {f"##{letter}": ID[letter] for letter in LETTERS}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        "[CLS] $A [SEP]", None, [("[CLS]", BEGIN), ("[SEP]", END)]
    )
    tokenizer.enable_padding(length=7)
    tokenizer.enable_truncation(4)
    return tokenizer


def ids(letters: str) -> tuple[int, ...]:
    return (BEGIN, *(ID[letter] for letter in letters), END)


def test_words_of_a_text_share_its_passage(tokenizer: Any) -> None:
    ((first, second),) = SubtokenLocator(tokenizer, "mean", 16).locate(["ab cde"], [[(0, 2), (3, 6)]])
    assert first is not None
    assert second is not None
    assert first.passage.token_ids == second.passage.token_ids == ids("abcde")
    assert (first.start, first.end) == (1, 3)
    assert (second.start, second.end) == (3, 6)


def test_pooling_over_the_first_subtoken(tokenizer: Any) -> None:
    (((position),),) = SubtokenLocator(tokenizer, "first", 16).locate(["ab cde"], [[(3, 6)]])
    assert position is not None
    assert (position.start, position.end) == (3, 4)


@pytest.mark.parametrize(
    ("span", "letters", "inside"), [((0, 1), "abcd", 1), ((5, 6), "efgh", 2), ((9, 10), "ghij", 4)]
)
def test_word_of_a_long_text_gets_a_window_around_it(
    tokenizer: Any, span: tuple[int, int], letters: str, inside: int
) -> None:
    (((position),),) = SubtokenLocator(tokenizer, "mean", 6).locate([LETTERS], [[span]])
    assert position is not None
    assert position.passage.token_ids == ids(letters)
    assert (position.start, position.end) == (inside, inside + 1)


def test_word_longer_than_the_window_is_cut_at_its_end(tokenizer: Any) -> None:
    (((position),),) = SubtokenLocator(tokenizer, "mean", 5).locate(["a bcdefg"], [[(2, 8)]])
    assert position is not None
    assert position.passage.token_ids == ids("bcd")
    assert (position.start, position.end) == (1, 4)


def test_word_of_which_nothing_is_left(tokenizer: Any) -> None:
    assert SubtokenLocator(tokenizer, "mean", 16).locate(["a  b"], [[(1, 3)]]) == [[None]]


@given(length=st.integers(1, 60), first=st.integers(0, 59), width=st.integers(1, 9), size=st.integers(1, 70))
def test_window_holds_the_span_and_as_much_context_as_fits(length: int, first: int, width: int, size: int) -> None:
    first = min(first, length - 1)
    end = min(first + width, length)
    start = window_start(length, first, end, size)
    stop = min(start + size, length)
    assert 0 <= start <= first
    assert stop - start == min(size, length)
    assert stop >= end or stop - start == size <= end - first


@given(length=st.integers(1, 90), first=st.integers(0, 89), width=st.integers(1, 9), size=st.integers(1, 70))
def test_shared_window_holds_all_that_its_own_would(length: int, first: int, width: int, size: int) -> None:
    first = min(first, length - 1)
    end = min(first + width, length)
    start = shared_window_start(length, first, end, size)
    stop = min(start + size, length)
    assert 0 <= start <= first
    assert stop - start == min(size, length)
    assert stop >= end or stop - start == size <= end - first


def test_a_long_text_has_as_many_windows_as_it_is_long(tokenizer: Any) -> None:
    text = LETTERS * 20
    spans = [(index, index + 1) for index in range(len(text))]
    (positions,) = SubtokenLocator(tokenizer, "mean", 18).locate([text], [spans])
    assert len({p.passage.token_ids for p in positions if p}) <= len(text) // 8 + 2


def test_the_environment_of_the_process_stays(
    tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are threads started, of which the library would warn at a fork."""
    monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    locator = SubtokenLocator(load_tokenizer(tmp_path / "tokenizer.json"), "first", 8)
    locator.locate(["ab", "cd"], [[(0, 2)], [(0, 2)]])
    assert "TOKENIZERS_PARALLELISM" not in os.environ
