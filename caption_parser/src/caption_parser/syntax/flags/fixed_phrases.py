"""Phrases whose nouns name nothing of what they name elsewhere: "twist tie", "bull's eye", "Donald Duck"."""

from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from caption_parser.lexicon.plurals import plural_forms
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import HYPHENS
from shared_runtime.packaged import packaged_toml
from shared_schemas import Flag

_FILE = "fixed_phrases.toml"


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    """As the tokenizer splits them."""
    last: frozenset[str]
    """The forms of the last of them."""
    flag: Flag


class _Beginning(NamedTuple):
    seconds: frozenset[str] | None
    """What may follow the first word, joints among it; none: it is a phrase alone."""
    phrases: tuple[_Phrase, ...]
    """The longest first."""


@cache
def _phrases() -> dict[str, _Beginning]:
    """The phrases of the data file, by their first word."""
    found: dict[str, list[_Phrase]] = {}
    for group in packaged_toml(__package__, _FILE)["groups"]:
        flag = Flag(group.get("flag", Flag.IDIOM))
        for written in group["phrases"].split(","):
            words = tuple(written.replace("'s", " 's").split())
            plurals = () if group.get("singular") else plural_forms(words[-1])
            last = frozenset((words[-1], *plurals))
            found.setdefault(words[0], []).append(_Phrase(words, last, flag))
    beginnings = {}
    for first, of_first in found.items():
        alone = any(len(phrase.words) == 1 for phrase in of_first)
        seconds = HYPHENS.union(*(one.last if len(one.words) == 2 else one.words[1:2] for one in of_first))
        longest_first = sorted(of_first, key=lambda phrase: len(phrase.words), reverse=True)
        beginnings[first] = _Beginning(None if alone else seconds, tuple(longest_first))
    return beginnings


def fixed_phrases(tree: Tree) -> dict[Flag, set[int]]:
    """The nouns of a parse that lie inside one of the phrases, in the singular or plural, by flag."""
    known = _phrases()
    found: dict[Flag, set[int]] = {}
    for token, (word, after) in enumerate(zip_longest(tree.words, tree.words[1:])):
        beginning = known.get(word)
        if beginning is None or (beginning.seconds is not None and after not in beginning.seconds):
            continue
        for phrase in beginning.phrases:
            if matched := _matched(tree, token, phrase):
                found.setdefault(phrase.flag, set()).update(filter(tree.is_noun, matched))
                break
    return found


def _matched(tree: Tree, first: int, phrase: _Phrase) -> list[int]:
    """The tokens that a phrase matches from `first` on; empty: it does not."""
    words, last, flag = phrase
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
    end = tree.words[place - 1]
    if not (end == words[-1] or tree.is_noun(place - 1)):
        return []  # "a dog trots", "a cat walks"
    if flag is not Flag.IDIOM:
        return tokens
    # What a bed is of, or grows in it, is there.
    return tokens[:1] if "of" in words and tree.is_noun(first) else tokens[-1:] if words[-1] == "bed" else tokens
