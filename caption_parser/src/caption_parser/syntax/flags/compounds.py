"""Compounds that name nothing of what their nouns name elsewhere: "twist tie", "gummy bears", "sea horse"."""

from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from caption_parser.lexicon.plurals import plural_forms
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import HYPHENS
from shared_runtime.packaged import packaged_toml

_FILE = "compounds.toml"


class _Compound(NamedTuple):
    words: tuple[str, ...]
    """As the tokenizer splits them."""
    last: frozenset[str]
    """The forms of the last of them."""


class _Beginning(NamedTuple):
    seconds: frozenset[str] | None
    """What may follow the first word, joints among it; none: it is a compound alone."""
    compounds: tuple[_Compound, ...]
    """The longest first."""


@cache
def _compounds() -> dict[str, _Beginning]:
    """The compounds of the data file, by their first word."""
    tables = packaged_toml(__package__, _FILE)
    found: dict[str, set[tuple[str, ...]]] = {}
    for group in tables["groups"]:
        for phrase in group["phrases"].split(","):
            words = tuple(phrase.replace("'s", " 's").split())
            found.setdefault(words[0], set()).add(words)
    beginnings = {}
    for first, of_first in found.items():
        longest_first = sorted(of_first, key=len, reverse=True)
        compounds = tuple(
            _Compound(words, frozenset((words[-1], *plural_forms(words[-1])))) for words in longest_first
        )
        seconds = HYPHENS.union(*(one.last if len(one.words) == 2 else one.words[1:2] for one in compounds))
        beginnings[first] = _Beginning(None if (first,) in of_first else seconds, compounds)
    return beginnings


def compound_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that lie inside one of the compounds, in the singular or plural."""
    known = _compounds()
    found: set[int] = set()
    for token, (word, after) in enumerate(zip_longest(tree.words, tree.words[1:])):
        beginning = known.get(word)
        if beginning is None or (beginning.seconds is not None and after not in beginning.seconds):
            continue
        for compound in beginning.compounds:
            matched = _matched(tree, token, compound)
            if matched:
                found.update(matched)
                break
    return found


def _matched(tree: Tree, first: int, compound: _Compound) -> list[int]:
    """The tokens that a compound matches from `first` on; empty: it does not."""
    words, last = compound
    tokens: list[int] = []
    place = first
    for number, expected in enumerate(words):
        while number and place < len(tree) and tree.words[place] in HYPHENS:
            place += 1
        if place >= len(tree):
            return []
        if tree.words[place] != expected and not (number == len(words) - 1 and tree.words[place] in last):
            return []
        tokens.append(place)
        place += 1
    before_a_noun = tree.deps[place - 1] == "amod" and tree.heads[place - 1] == place
    if not (tree.is_noun(place - 1) or before_a_noun):
        return []  # "a dog trots", "a cat walks"; but "horse chestnut seedlings"
    # What a bed is of, or grows in it, is there.
    return tokens[:1] if "of" in words else tokens[-1:] if words[-1] == "bed" else tokens
