"""What films, stories and books are about: "a new film starring a talking dog", "a novel about a lost cat"."""

from collections.abc import Iterator

from caption_parser.syntax.absence import phrase_behind
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.triggers import nouns_told_by

_WORKS = frozenset(
    """
    book books comedy documentary documentaries drama fairytale fable fables film films movie movies musical
    novel novels poem poems series sitcom song songs story stories trilogy
    """.split()
)
_PLAYED = frozenset({"featuring", "starring", "stars"})
_BEFORE_WHO_PLAYS = frozenset({"a", "an", "three", "two"})
"""Whoever plays without one of these is named, and seen on the picture of a film."""


def works_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that a work speaks of."""
    return nouns_told_by(tree, _WORKS, _content)


def _content(tree: Tree, token: int, _: str) -> Iterator[int]:
    following = tree.words[token + 1 : token + 3]
    if len(following) < 2:
        return
    if following[0] == "about" or (following[0] in _PLAYED and following[1] in _BEFORE_WHO_PLAYS):
        for noun in phrase_behind(tree, token + 2):
            yield from tree.conjuncts(noun)
