"""Long captions are read in pieces: the same tokens, phrases at their places, no chain deeper than a piece."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.pieces import LONGEST_PIECE, LONGEST_RUN, bounded_tokens, pieces
from caption_parser.syntax.tree import Tree

RULES = ModeRules.of(Mode.VISUAL)


@cache
def english() -> spacy.Language:
    """A tokenizer alone."""
    return spacy.blank("en")


def sentences(number: int) -> str:
    """Sentences of four tokens."""
    return " ".join(
        f"a/DT/det/{at + 2} red/JJ/amod/{at + 2} dog/NN/nsubj/{at + 3} barks/VBZ/ROOT/{at + 3}"
        for at in range(0, 4 * number, 4)
    )


def test_a_short_caption_is_one_piece(parsed: Callable[[str], Doc]) -> None:
    tree = Tree.of(parsed(sentences(LONGEST_PIECE // 4)))
    ((start, piece),) = pieces(tree)
    assert (start, piece) == (0, tree)


def test_a_long_one_is_cut_between_sentences(parsed: Callable[[str], Doc]) -> None:
    number = LONGEST_PIECE  # four times as many tokens
    tree = Tree.of(parsed(sentences(number)))
    cut = list(pieces(tree))
    assert all(start % 4 == 0 and len(piece) <= LONGEST_PIECE for start, piece in cut)
    assert [word for _, piece in cut for word in piece.words] == tree.words
    phrases = find_noun_phrases(tree, RULES)
    assert [phrase.head for phrase in phrases] == list(range(2, 4 * number, 4))
    assert all(phrase.start == phrase.head - 2 and phrase.end == phrase.head + 1 for phrase in phrases)
    assert all(modifier.token == phrase.head - 1 for phrase in phrases for modifier in phrase.modifiers)


def test_a_sentence_longer_than_a_piece_is_cut_within(parsed: Callable[[str], Doc]) -> None:
    size = 5 * LONGEST_PIECE
    chain = " ".join(
        f"dog/NN/{'compound' if at < size - 1 else 'ROOT'}/{min(at + 1, size - 1)}" for at in range(size)
    )
    tree = Tree.of(parsed(chain))
    cut = list(pieces(tree))
    assert [start for start, _ in cut] == list(range(0, size, LONGEST_PIECE))
    assert all(piece.heads[-1] == len(piece) - 1 and piece.deps[-1] == "ROOT" for _, piece in cut)
    assert [phrase.head for phrase in find_noun_phrases(tree, RULES)] == list(
        range(LONGEST_PIECE - 1, size, LONGEST_PIECE)
    )


@given(st.lists(st.integers(0, 2**16), min_size=1, max_size=900))
def test_pieces_hold_every_token_once_with_its_head_inside(links: list[int]) -> None:
    numbers = list(range(len(links)))
    # A head before its token, or the token itself: whatever is drawn is a forest.
    heads = [link % (token + 1) for token, link in enumerate(links)]
    tree = Tree(["w"] * len(links), ["NN"] * len(links), ["dep"] * len(links), heads, numbers, numbers, numbers)
    cut = [*pieces(tree)]
    assert [number for _, piece in cut for number in piece.starts] == numbers
    assert all(0 <= head < len(piece) for _, piece in cut for head in piece.heads)
    assert all(len(piece) <= LONGEST_PIECE for _, piece in cut)
    assert all(later == start + len(piece) for (start, piece), (later, _) in pairwise(cut))


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(1, 40))
def test_tokens_of_long_runs_are_the_caption(text: str, times: int) -> None:
    caption = text * times + "(" * (LONGEST_RUN + 1) + text
    doc = bounded_tokens(english(), caption)
    assert isinstance(doc, Doc)
    assert doc.text == caption


def test_a_caption_without_long_runs_is_left_alone() -> None:
    caption = "a dog " * 1000 + "(" * LONGEST_RUN
    assert bounded_tokens(english(), caption) == caption


def test_a_long_run_is_cut_behind_punctuation() -> None:
    doc = bounded_tokens(english(), ",".join(["lighthouse"] * 40))
    assert isinstance(doc, Doc)
    assert {token.text for token in doc} == {"lighthouse", ","}
