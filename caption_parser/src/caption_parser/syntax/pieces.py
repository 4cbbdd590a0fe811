"""Long captions in pieces: what makes reading a caption linear in its length, whatever the rules do within one.

A caption of a photograph has a dozen words, and a rule may look from any of them at any other. Keyword lists and
pasted pages have thousands, in chains as deep as they are long. Rules therefore see at most `LONGEST_PIECE` tokens
at a time, and the tokenizer at most `LONGEST_RUN` characters without a space.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.syntax.phrases import Modifier, NounPhrase
from caption_parser.syntax.tree import Tree

LONGEST_PIECE = 256
"""Tokens. Longer parses are cut between sentences, or where a sentence is longer than this, within it."""

LONGEST_RUN = 256
"""Characters without white space. spaCy peels punctuation off a longer run in time that grows with its square."""

_TOO_LONG_A_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1}}}")
_PART_OF_RUN = re.compile(r"\s+|\S{0,63}[^\w\s]|\S{1,64}")
"""White space, or up to 64 other characters, which end behind a punctuation mark where there is one."""


class Piece(NamedTuple):
    """The tokens of a parse from `start` on, as a tree of its own."""

    start: int
    tree: Tree


def pieces(tree: Tree) -> Iterator[Piece]:
    """The parse in pieces of at most `LONGEST_PIECE` tokens; whole where it is no longer."""
    if len(tree) <= LONGEST_PIECE:
        yield Piece(0, tree)
        return
    start = 0
    between = _places_between_sentences(tree)
    while len(tree) - start > LONGEST_PIECE:
        last = between[max(0, bisect_right(between, start + LONGEST_PIECE) - 1)] if between else 0
        cut = last if start < last <= start + LONGEST_PIECE else start + LONGEST_PIECE
        yield Piece(start, _part(tree, start, cut))
        start = cut
    yield Piece(start, _part(tree, start, len(tree)))


def in_pieces(
    tree: Tree, phrases: Iterable[NounPhrase], read: Callable[[Tree, tuple[NounPhrase, ...]], Iterable[NounPhrase]]
) -> tuple[NounPhrase, ...]:
    """What `read` makes of each piece and the phrases whose heads are in it."""
    if len(tree) <= LONGEST_PIECE:
        return tuple(read(tree, tuple(phrases)))
    return tuple(
        moved(phrase, start, len(tree))
        for start, part, inside in with_phrases(tree, phrases)
        for phrase in read(part, inside)
    )


def with_phrases(tree: Tree, phrases: Iterable[NounPhrase]) -> Iterator[tuple[int, Tree, tuple[NounPhrase, ...]]]:
    """The pieces, each with the phrases whose heads are in it, at their places there."""
    cut = list(pieces(tree))
    starts = [start for start, _ in cut]
    inside: list[list[NounPhrase]] = [[] for _ in cut]
    for phrase in phrases:
        inside[bisect_right(starts, phrase.head) - 1].append(phrase)
    for (start, part), of_part in zip(cut, inside, strict=True):
        yield start, part, tuple(moved(phrase, -start, len(part)) for phrase in of_part)


def _places_between_sentences(tree: Tree) -> list[int]:
    """The tokens with which a sentence begins, but for the first: no head is on the other side of them."""
    opened = [0] * (len(tree) + 1)
    for token, head in enumerate(tree.heads):
        if head != token:
            opened[min(token, head) + 1] += 1
            opened[max(token, head) + 1] -= 1
    return [token for token, across in enumerate(accumulate(opened[: len(tree)])) if token and not across]


def _part(tree: Tree, start: int, end: int) -> Tree:
    """The tokens from `start` to `end`; those whose head is outside become roots."""
    inside = [start <= head < end for head in tree.heads[start:end]]
    return Tree(
        words=tree.words[start:end],
        tags=tree.tags[start:end],
        deps=[dep if kept else "ROOT" for dep, kept in zip(tree.deps[start:end], inside, strict=True)],
        heads=[
            head - start if kept else token
            for token, (head, kept) in enumerate(zip(tree.heads[start:end], inside, strict=True))
        ],
        starts=tree.starts[start:end],
        ends=tree.ends[start:end],
        capitals=[token - start for token in tree.capitals if start <= token < end],
    )


def moved(phrase: NounPhrase, by: int, length: int) -> NounPhrase:
    """The phrase with all its tokens moved, as far as they then are among the first `length`."""
    head, referring = phrase.extended_head, phrase.referring
    return phrase._replace(
        start=max(0, phrase.start + by),
        end=phrase.end + by,
        head=phrase.head + by,
        modifiers=tuple(
            Modifier(token + by, kind) for token, kind in phrase.modifiers if 0 <= token + by < length
        ),
        referring=referring and (max(0, referring[0] + by), min(length, referring[1] + by)),
        extended_head=head and head._replace(start=head.start + by, end=head.end + by),
    )


def bounded_tokens(nlp: Language, caption: str) -> str | Doc:
    """The caption as `nlp.pipe` is to get it: as its tokens where a run without a space is too long."""
    if len(caption) <= LONGEST_RUN or _TOO_LONG_A_RUN.search(caption) is None:
        return caption
    words: list[str] = []
    spaces: list[bool] = []
    for run in _PART_OF_RUN.findall(caption):
        if run == " " and spaces and not spaces[-1] and not words[-1].isspace():
            spaces[-1] = True
            continue
        for token in nlp.tokenizer(run):
            words.append(token.text)
            spaces.append(bool(token.whitespace_))
    return Doc(nlp.vocab, words=words, spaces=spaces)
