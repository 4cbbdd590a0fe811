"""Nouns in fixed phrases: idioms ("a bull's eye") and names ("the Chicago Cubs")."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Self

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import PLURAL_TAGS, Tree

_PHRASES_FILE = "fixed_phrases.toml"


class FixedPhrases(NamedTuple):
    """Phrases by their first word, lower-cased, each a tuple of words."""

    starting_with: dict[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def of(cls, phrases: list[str]) -> Self:
        """Index `phrases`, whose words are separated by spaces."""
        starting_with: dict[str, tuple[tuple[str, ...], ...]] = {}
        for phrase in phrases:
            words = tuple(phrase.split())
            starting_with[words[0]] = (*starting_with.get(words[0], ()), words)
        return cls(starting_with)

    def nouns(self, tree: Tree) -> set[int]:
        """The nouns of a parse that lie inside one of the phrases."""
        if self.starting_with.keys().isdisjoint(tree.words):
            return set()
        return {
            token
            for start, first in enumerate(tree.words)
            for words in self.starting_with.get(first, ())
            if tuple(tree.words[start : start + len(words)]) == words
            for token in range(start, start + len(words))
            if tree.is_noun(token)
        }


class KnownPhrases(NamedTuple):
    """The reviewed phrases that ship, by the flag that they give."""

    idioms: FixedPhrases
    names: FixedPhrases
    capitalised: frozenset[str]
    """Words that are brands and teams where they have a capital letter in mid-sentence."""


@cache
def known_phrases() -> KnownPhrases:
    """The phrases of `fixed_phrases.toml`, read once per process."""
    tables = tomllib.loads(files(__package__).joinpath(_PHRASES_FILE).read_text("utf-8"))
    named = tables["named_entity"]
    return KnownPhrases(
        FixedPhrases.of(tables["idiom"]["phrases"]),
        FixedPhrases.of(named["phrases"]),
        frozenset(word.lower() for word in named["capitalised"]),
    )


class NameFinder:
    """Finds nouns that WordNet reads as a class and a capital letter gives away as a name."""

    def __init__(self, lexicon: Lexicon, capitalised: frozenset[str]) -> None:
        self._lexicon = lexicon
        self._capitalised = capitalised

    def is_name(self, tree: Tree, head: ExtendedHead, *, living: bool) -> bool:
        """Whether an extended head is the end of a name.

        "the Boston Bear", "the Chicago Hawks": capitals in a sentence that has few, after a word that is no
        common word. Living beings and "the" with a plural only: "an Alamo Bus" is a bus all the same.
        """
        last = head.end - 1
        if last not in tree.capitals or not _means_names(tree):
            return False
        if tree.words[last] in self._capitalised and head.end - head.start == 1 and last > 0:
            return True
        before = [token for token in _capitals_before(tree, head.start) if self._is_uncommon(tree.words[token])]
        if not before:
            return False
        first = before[0]
        team = tree.tags[last] in PLURAL_TAGS and first > 0 and tree.words[first - 1] == "the"
        return living or team

    def _is_uncommon(self, word: str) -> bool:
        return not any(
            lemma[:1].islower()
            for pos in ("n", "a", "v", "r")
            for base in self._lexicon.base_forms(word, pos)
            for synset in self._lexicon.synsets(base, pos)
            for lemma in self._lexicon.lemmas(synset)
            if lemma.lower() == base
        )


def _means_names(tree: Tree) -> bool:
    """Whether capitals tell anything: not in headlines and shouting."""
    after_first = len(tree.capitals) - (tree.capitals[:1] == [0])
    return 2 * after_first < len(tree)


def _capitals_before(tree: Tree, start: int) -> list[int]:
    """The run of capitalised tokens that ends before `start`, in text order."""
    first = start
    while first > 0 and first - 1 in tree.capitals and tree.deps[first - 1] not in ("det", "nummod"):
        first -= 1
    return list(range(first, start))
