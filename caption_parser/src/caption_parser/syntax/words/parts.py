"""Compounds of a whole and its part: "a laptop screen", "a dog's tail" without the apostrophe, "bus windows".

The noun before a part is no mere modifier: the whole is seen with its part.
"""

from functools import cache
from itertools import chain
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import hypernym_distances
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.body_parts import BodyParts
from caption_parser.syntax.words.word_lists import LIVING
from shared_runtime.packaged import packaged_toml

_FILE = "parts.toml"
_FREQUENT_SENSES = 2
_COATS = frozenset({"spots", "stripes"})
"""What an animal has on it where the caption is of nothing else; on a dress they are a pattern."""
_NEAREST_WHOLES = 3
"""Hypernym steps over which a whole inherits WordNet's parts: a van has the doors of a motor vehicle."""


class _Lists(NamedTuple):
    groups: tuple[tuple[tuple[str, ...], frozenset[str]], ...]
    """Synsets of wholes, and words for their parts with underscores."""
    apart: tuple[tuple[str, ...], frozenset[str]]
    """Wholes, and parts that are seen without them."""
    eaten_animals: frozenset[str]
    eaten_parts: frozenset[str]
    wearing: frozenset[str]


@cache
def _lists() -> _Lists:
    tables = packaged_toml(__package__, _FILE)
    return _Lists(
        groups=tuple(
            (tuple(group["wholes"]), frozenset(group["parts"].replace("-", "_").split()))
            for group in tables["groups"]
        ),
        apart=(tuple(tables["apart"]["wholes"]), frozenset(tables["apart"]["parts"].split())),
        eaten_animals=frozenset(tables["meat"]["animals"].split()),
        eaten_parts=frozenset(tables["meat"]["parts"].split()),
        wearing=frozenset(tables["worn"]["verbs"].split()),
    )


class PartFinder:
    """Tells whether a noun before another names a whole, and that one its part."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._body_parts = BodyParts(lexicon)
        self._lists = _lists()
        self._groups = tuple(
            (frozenset(map(lexicon.synset, wholes)), parts) for wholes, parts in self._lists.groups
        )
        wholes, self._parts_apart = self._lists.apart
        self._wholes_apart = frozenset(map(lexicon.synset, wholes))
        self._buildings = frozenset(map(lexicon.synset, ("structure.n.01", "room.n.01", "area.n.05")))
        """What is in a room is no part of it in this sense: a dining room table."""

    def is_part_of(self, tree: Tree, head: ExtendedHead, part: int) -> bool:
        """Whether the noun `part` is a part of what the name `head` before it may mean."""
        last = head.end - 1
        if not tree.is_noun(part):
            return False
        # A phrase of a label space has no senses of its own: "cell phone" is a phone.
        whole = head.synsets or self._senses(head.lemmas[0]) or self._senses(tree.words[last])
        animal, word = tree.words[last], tree.words[part]
        if animal in self._lists.eaten_animals and word in self._lists.eaten_parts:
            return False
        if word in _COATS and head.start > 1:
            return False
        if word in self._body_parts and self._is_worn(tree, part):
            return False
        first = last + 1 if part - last > 1 else part
        return self.has_part(whole, "_".join(tree.words[first : part + 1])) or (
            first < part and self.has_part(whole, word)
        )

    def _senses(self, word: str) -> tuple[int, ...]:
        return tuple(chain.from_iterable(map(self._lexicon.synsets, self._lexicon.base_forms(word))))

    def _is_worn(self, tree: Tree, part: int) -> bool:
        head = tree.heads[part]
        return tree.words[head] in self._lists.wearing or (
            tree.words[head] in ("in", "with") and tree.words[tree.heads[head]] in self._lists.wearing
        )

    @remembered
    def has_part(self, wholes: tuple[int, ...], word: str) -> bool:
        """Whether what has one of these synsets has a part of that name."""
        lexicon = self._lexicon
        lemmas = {word, *lexicon.base_forms(word)}
        is_apart = not self._parts_apart.isdisjoint(lemmas)
        having = [roots for roots, parts in self._groups if not parts.isdisjoint(lemmas)]
        for number, whole in enumerate(wholes):
            lexname = lexicon.lexname(whole)
            if lexname in LIVING:
                if word in self._body_parts or word in _COATS:
                    return True
                continue
            above = hypernym_distances(lexicon, whole)
            if is_apart and not self._wholes_apart.isdisjoint(above):
                return False
            if any(not roots.isdisjoint(above) for roots in having):
                return True
            if number >= _FREQUENT_SENSES or lexname != "noun.artifact" or not self._buildings.isdisjoint(above):
                continue
            if any(self._is_meronym(near, lemmas) for near in above if above[near] <= _NEAREST_WHOLES):
                return True
        return False

    def _is_meronym(self, whole: int, lemmas: set[str]) -> bool:
        """Whether WordNet lists one of the lemmas as a part of the whole, perhaps as "car door"."""
        parts = self._names_of_parts(whole)
        return not parts.isdisjoint(lemmas) or (
            bool(parts)
            and not parts.isdisjoint(
                f"{name.lower()}_{lemma}" for name in self._lexicon.lemmas(whole) for lemma in lemmas
            )
        )

    @remembered
    def _names_of_parts(self, whole: int) -> frozenset[str]:
        lexicon = self._lexicon
        parts = lexicon.meronyms(whole, "part")
        return frozenset(lemma.lower() for part in parts for lemma in lexicon.lemmas(part))
