"""Names that say what is there without its noun: "HMS Victory", "Lufthansa 747", "my Brompton".

The names stand in `famous_names.toml`, with what has to stand around them.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.syntax.names.proper_names import TRIMS
from caption_parser.syntax.tree import NOUN_TAGS, Tree
from caption_parser.syntax.words.word_kinds import WordKinds
from shared_runtime.configuration import FrozenModel
from shared_runtime.packaged import packaged_toml

_FILE = "famous_names.toml"
_DIGIT = "#"
"""Stands for the rest of a word, with a digit."""
_FINITE = frozenset({"VBD", "VBG", "VBN", "VBZ"})
"""Tags of what a single thing does; a base form behind it is a noun: "Lufthansa 747 pilot"."""
_MAKERS_BEFORE = 3
"""Words before a name among which its maker or owner is."""
_NUMBER_BEHIND = 4
"""Words behind a name among which its number is."""
_HELD_BEHIND = 5
"""Words behind a name among which is what holds it: "fern in a large blue pot"."""
_BEFORE_PLACES = frozenset("at de from in la near of through to".split())
_ABBREVIATED = 2
"""Letters of what stands for a firm or a model: "DB Class 101", "Trek Fuel EX"."""


class FamousName(FrozenModel):
    """Names of things of one kind, and what has to stand around them."""

    show: str
    """The synset of what has such a name."""
    words: str
    """The names, between commas, as they are tokenised."""
    lower: bool = False
    """Whether they need no capital letter."""
    after: str = ""
    beside: str = ""
    apart: str = ""
    behind: str = ""
    place: bool = False
    held: bool = False
    named: bool = False
    numbered: bool = False
    abbreviated: bool = False


class _Entry(NamedTuple):
    """A name with the conditions on it as sets."""

    words: tuple[str, ...]
    place: int
    """Of the word by which it is found: the last that is one, in the singular or the plural."""
    told: FamousName
    after: frozenset[str]
    beside: frozenset[str]
    apart: frozenset[str]
    behind: frozenset[str]


class FoundName(NamedTuple):
    """The tokens of a name, and the synset of what has it."""

    tokens: range
    shows: str


@cache
def famous_names() -> tuple[FamousName, ...]:
    """Those that ship."""
    return tuple(FamousName.model_validate(entry) for entry in packaged_toml(__package__, _FILE)["name"])


@cache
def _entries() -> dict[str, tuple[_Entry, ...]]:
    """The entries by a word that is in the caption wherever their name is."""
    found: dict[str, list[_Entry]] = defaultdict(list)
    for told in famous_names():
        conditions = (told.after, told.beside, told.apart, told.behind)
        around = [frozenset(words.split()) for words in conditions]
        for name in told.words.split(","):
            words = tuple(name.split())
            place = max(n for n, word in enumerate(words) if word != "-" and not word.endswith(_DIGIT))
            last = words[place]
            for telling in {last, f"{last}s", *plural_forms(last)}:  # "two Leafs", whatever the plural of leaf is
                written = (*words[:place], telling, *words[place + 1 :])
                found[telling].append(_Entry(written, place, told, *around))
    return {word: tuple(entries) for word, entries in found.items()}


class FamousNames(WordKinds):
    """Finds such names in a parse, whatever that makes of their words."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._entries = _entries()
        self._triggers = frozenset(self._entries)

    def __call__(self, tree: Tree, text: str) -> Iterator[FoundName]:
        """The names of things that are there; `text` is what the parse is of."""
        if self._triggers.isdisjoint(tree.words):
            return
        for token, word in enumerate(tree.words):
            for entry in self._entries.get(word, ()):
                tokens = self._name_at(tree, text, token - entry.place, entry)
                if tokens is not None:
                    yield FoundName(tokens, entry.told.show)
                    break

    def _name_at(self, tree: Tree, text: str, first: int, entry: _Entry) -> range | None:
        """The tokens of an entry's name from one on; none: it is not there, or only modifies another noun."""
        words, told, end = tree.words, entry.told, first + len(entry.words)
        if first < 0 or not all(map(_is_word, entry.words, words[first:end])) or end > len(words):
            return None
        if not (told.lower or all(_is_marked(tree, token) for token in range(first, end))):
            return None
        if told.abbreviated and not text[tree.starts[first] : tree.ends[end - 1]].isupper():
            return None
        if not entry.apart.isdisjoint(words) or not self._has_company(tree, text, first, entry):
            return None
        if told.place and _is_a_place(tree, first, end):
            return None
        if told.named and not (end < len(tree) and tree.has_capital(end)):
            return None
        if told.numbered or told.named:
            begin, end = end, _end_of_capitals(tree, end)
            if told.named and any(map(self._is_made, words[begin + 1 : end])):
                return None
        if told.numbered and not any(_is_number(word) for word in words[first + 1 : end]):
            return None
        while _is_next(tree, end) and self._goes_on(tree, text, end):
            end += 1
        if not _is_next(tree, end) or words[end] in entry.behind:
            return range(first, end)
        does = tree.tags[end] == "NNS" and words[end] in entry.beside  # "lands", read as a noun
        is_other = not does and self._is_a_thing(tree, end)
        return None if is_other else range(first, end)

    def _has_company(self, tree: Tree, text: str, first: int, entry: _Entry) -> bool:
        """Whether one of the words stands around a name that has to."""
        if not entry.after and not entry.beside:
            return True
        for token in range(first - 1, max(-1, first - 1 - _MAKERS_BEFORE), -1):
            if tree.words[token] in entry.after:
                return True
            if not _is_marked(tree, token):
                break
        is_told_apart = (
            first > 0
            and tree.is_noun(first - 1)
            and self.is_noun(tree.words[first - 1])
            and not _is_abbreviation(tree, text, first - 1)
        )
        end = first + len(entry.words)
        words = tree.words[end + 1 : end + _HELD_BEHIND] if entry.told.held else tree.words
        is_held = not entry.told.held or tree.word(end) == "in"
        return is_held and not entry.beside.isdisjoint(words) and not is_told_apart

    def _goes_on(self, tree: Tree, text: str, token: int) -> bool:
        """Whether a word can only be one more of the name: "Pixel 8 Pro", "Golf Match Edition".

        In small letters, trims that are nouns are others: "B-17 crew".
        """
        word = tree.words[token]
        return (
            (word in TRIMS and word != "-" and (tree.has_capital(token) or not self.is_noun(word)))
            or (word == "-" and any(map(str.isdigit, "".join(tree.words[token + 1 : token + 2]))))
            or any(map(str.isdigit, word))
            or _is_abbreviation(tree, text, token)
            or (tree.word(token + 1) == "edition" and tree.has_capital(token))
            or (self.is_uncommon(word) and word.isalpha() and tree.tags[token] in NOUN_TAGS)
        )

    def _is_made(self, word: str) -> bool:
        """Whether a word names something that people make, as no second word of a ship does: "museum", "kit"."""
        senses = [sense for base in self._lexicon.base_forms(word) for sense in self._lexicon.synsets(base)[:1]]
        return any(self._kind(sense) in ("artifact", "communication") for sense in senses)

    def _is_a_thing(self, tree: Tree, token: int) -> bool:
        """Whether a word names what is there in place of what has the name before it: "Brompton Cemetery"."""
        return (
            (tree.is_noun(token) or tree.has_capital(token) or tree.tags[token] in ("VB", "VBP"))
            and tree.tags[token] not in _FINITE
            and self.is_noun(tree.words[token])
        )


def _is_a_place(tree: Tree, first: int, end: int) -> bool:
    """Whether a name is of the place that is called so: "flats in Vauxhall", "Concorde, Paris"."""
    if tree.word(first - 1) in _BEFORE_PLACES:
        return True
    return tree.word(end) == "," and end + 1 < len(tree) and tree.has_capital(end + 1)


def _is_word(written: str, word: str) -> bool:
    if not written.endswith(_DIGIT):
        return written == word
    return word.startswith(written[:-1]) and any(map(str.isdigit, word))


def _is_next(tree: Tree, token: int) -> bool:
    """Whether a word stands right behind the one before, where no separator parted what was parsed."""
    return token < len(tree) and tree.starts[token] <= tree.ends[token - 1] + 1


def _is_marked(tree: Tree, token: int) -> bool:
    """Whether a word looks like one of a name."""
    word = tree.words[token]
    return tree.has_capital(token) or any(map(str.isdigit, word)) or not word.isalnum()


def _is_abbreviation(tree: Tree, text: str, token: int) -> bool:
    """Whether a word is two letters, both of them capital."""
    return len(tree.words[token]) == _ABBREVIATED and text[tree.starts[token] : tree.ends[token]].isupper()


def _is_number(word: str) -> bool:
    return word.isdigit() and len(word) > 1


def _end_of_capitals(tree: Tree, first: int) -> int:
    """Where the words with capitals and the numbers end that begin at a token."""
    end = first
    while end < min(len(tree), first + _NUMBER_BEHIND) and (tree.has_capital(end) or tree.words[end].isdigit()):
        end += 1
    return end
