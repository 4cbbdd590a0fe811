"""Nouns that something is only compared with: "busy as a bee", "she sings like a bird", "the size of a bear"."""

from collections.abc import Iterator

from caption_parser.syntax.clauses import phrase_behind
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PLURAL_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import DEFINITE

_NO_DEGREES = frozenset("far long many much soon such well".split())
_BE = frozenset("is are was were be 's looks look looking feels feel".split())
_ONE = frozenset({"a", "an"})
_NAMING = frozenset(
    {"labeled", "labelled", "named", "used", "known", "dressed", "such", "works", "work", "working"}
)
_GATHERED = frozenset({"include", "includes", "including"})
_MEASURES = frozenset({"color", "colour", "size", "texture"})
"""What a thing may have of another that is not there: "a dress the color of an orange"."""
_RESEMBLING = frozenset({"resemble", "resembled", "resembles", "resembling"})
_BETWEEN = frozenset({"another", "other", "side", "together"})
"""Words between a verb and the "like" that says how it is done: "lean on each other like old friends"."""
_GROUPS = frozenset("army flock flocks herd herds pack swarm".split())
_LIFELESS = frozenset("clouds dunes hills houses leaves mist rocks sails smoke stones tents trees waves".split())
"""What is like a flock without being an example of one."""
_TRIGGERS = frozenset({"as", "like"}) | _MEASURES | _RESEMBLING


def compared_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that name what something is like, not what is there."""
    if _TRIGGERS.isdisjoint(tree.words):
        return set()
    found: set[int] = set()
    for token, word in enumerate(tree.words):
        if (word == "like" and tree.tags[token] == "IN") or word in _RESEMBLING:
            found.update(_parts_behind(tree, token + 1))
        if (word == "as" and _ends_comparison(tree, token)) or (word == "like" and _is_manner(tree, token)):
            found.update(_unknown_behind(tree, token + 1, clause=tree.tags[token - 1] != "VBN"))
        elif word in _MEASURES and tree.words[token - 1 : token + 2] == ["the", word, "of"]:
            found.update(_unknown_behind(tree, token + 2))
    return found


def _ends_comparison(tree: Tree, token: int) -> bool:
    """Whether an "as" stands behind "as busy", or behind an adjective that opens a clause."""
    if not token or tree.words[token - 1] in _NO_DEGREES | _NAMING:
        return False
    if tree.word(token - 2) == "as":
        return True
    if tree.tags[token - 1] not in ADJECTIVE_TAGS:
        return token == 1 and tree.tags[0] in ("RB", "NNP") and len(tree) < 6
    before = token - 2
    if tree.tag(before) == "CC" and tree.tags[before - 1] in ADJECTIVE_TAGS:
        return _is_all(tree, token + 1)  # "the water is dark green and smooth as glass"
    return token == 1 or tree.words[before] in _BE or tree.words[before] == ","


def _is_all(tree: Tree, start: int) -> bool:
    """Whether nothing is told of what is behind, as of the kids of "it is warm and sunny as kids play"."""
    end = start
    while end < len(tree) and (tree.tags[end] in NOUN_TAGS | ADJECTIVE_TAGS or tree.words[end] in _ONE):
        end += 1
    several = PLURAL_TAGS.intersection(tree.tags[start : end - 1])
    return not several and (end == len(tree) or not tree.words[end][0].isalnum())


def _is_manner(tree: Tree, token: int) -> bool:
    """Whether "like" says how something is done: behind a verb, not behind a noun that it gives examples of."""
    if tree.tags[token] != "IN" or not token:
        return False
    if tree.words[token - 1] in _LIFELESS:
        return not _GROUPS.isdisjoint(tree.words[token + 1 : token + 4])
    if tree.words[token - 1] in _BETWEEN:
        return tree.tags[tree.heads[token]] in VERB_TAGS
    return tree.tags[token - 1] in VERB_TAGS and tree.words[token - 1] not in _GATHERED


def _parts_behind(tree: Tree, start: int) -> Iterator[int]:
    """A part, and what it would be of: "like the wake of a boat"; not examples: "like a pair of skis"."""
    for noun in phrase_behind(tree, start):
        if tree.word(noun + 1) == "of" and tree.deps[noun] in ("dobj", "pobj") and tree.words[start] == "the":
            yield noun
            yield from _unknown_behind(tree, noun + 2)


def _unknown_behind(tree: Tree, start: int, *, clause: bool = True) -> Iterator[int]:
    """What is behind, if nothing says that it is known: "as big as the dog" has a dog.

    `clause`: it may be the subject of one, as in "it looks like a dog is driving".
    """
    if start >= len(tree) or tree.words[start] in DEFINITE:
        return
    for noun in phrase_behind(tree, start):
        if clause and tree.deps[noun] in ("nsubj", "nsubjpass") and tree.tags[noun + 1] in ("VBD", "VBZ"):
            return
        # "like person" and "as king" without an article speak of names
        if tree.words[start] in _ONE or tree.tags[noun] in PLURAL_TAGS or start == noun:
            yield noun
