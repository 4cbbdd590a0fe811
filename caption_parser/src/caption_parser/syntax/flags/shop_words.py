"""Words of shops for what goods stand or do, which name nothing: "microwave safe", "first class", "auto open"."""

from collections.abc import Iterator

from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import NOUN_TAGS, Tree
from caption_parser.syntax.words.word_lists import HYPHENS

_SUITED = frozenset({"compatible", "friendly", "proof", "safe"})
"""Behind a noun they say what it will not hurt: "dishwasher safe", "pet-friendly"."""
_RELATING = frozenset({"about", "at", "for", "from", "in", "of", "on", "to", "toward", "towards", "with"})
"""Behind these words they say what something is like: "a dog friendly with strangers"."""
_MAKING_IT_SO = frozenset("get gets getting got keep keeping keeps kept make makes making".split())
"""Verbs whose object is safe: "keeps the dog safe"."""
_JOINING = frozenset({",", "/", "&", "and", "or"})
_BETWEEN = _JOINING | _SUITED
"""What stands between the nouns of such words: "oven safe, microwave and dishwasher safe"."""
_GRADES = frozenset("business economy energy first heavyweight second third world".split())
_UNITS = frozenset({'"', "''", "``", "\u201d", "\u2033", "in", "inch", "inches"})
_DONE_BY_ITSELF = frozenset("close fold focus off on open shut start".split())
_FURTHEST = 6
_TRIGGERS = _SUITED | {"class", "auto"}


def shop_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that say what goods stand, of what grade they are, or that they do something alone."""
    return nouns_told_by(tree, _TRIGGERS, _told_by, lambda _, noun: (noun,))


def _told_by(tree: Tree, token: int, word: str) -> Iterator[int]:
    following = tree.word(token + 1)
    if word == "auto":
        if following in _DONE_BY_ITSELF:
            yield token
    elif word == "class":
        before = tree.word(token - 1)
        measured = before in _UNITS and any(map(str.isdigit, "".join(tree.words[max(0, token - 3) : token])))
        graded = before in _GRADES and tree.tag(token - 2) not in ("DT", "PRP$")
        if measured or (graded and following != "of"):
            yield token
    elif word == "safe" and not _MAKING_IT_SO.isdisjoint(tree.words[max(0, token - _FURTHEST) : token]):
        return
    elif following not in _RELATING and not (word == "friendly" and following == "and"):
        yield from _suited(tree, token)


def _suited(tree: Tree, adjective: int) -> Iterator[int]:
    """The nouns before the adjective: "oven, microwave and dishwasher safe"."""
    token = adjective - 1
    while token >= 0:
        if tree.words[token] in HYPHENS:
            token -= 1
        if tree.tag(token) not in NOUN_TAGS:
            return
        yield token
        token -= 1
        joined = token >= 0 and tree.words[token] in _JOINING
        while token >= 0 and tree.words[token] in _BETWEEN:
            token -= 1
        if not joined:
            return
