"""What the syntax components find in a `Doc`, in token indices of that `Doc`."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import NamedTuple

from spacy.tokens import Doc, Span

from shared_schemas import Flag

TokenFlags = Mapping[Flag, AbstractSet[int]]
"""The tokens that have a flag, whatever phrase they are in; words of names, too, that are no noun phrase."""


class ModifierKind(StrEnum):
    """What sort of word modifies a noun: the attribute types of Table 9 in Vilar & Perez."""

    ADJECTIVE = "adjective"
    VERB = "verb"
    NOUN = "noun"


class Modifier(NamedTuple):
    """A word that says how the object looks, what it does or what it is made of."""

    token: int
    kind: ModifierKind


class ExtendedHead(NamedTuple):
    """The longest part of a noun phrase around its head that WordNet knows."""

    start: int
    end: int
    lemmas: tuple[str, ...]
    """The WordNet lemmas that the words can stand for, best first: ("glasses", "glass")."""
    synsets: tuple[int, ...]
    """Their synsets, without repetition, in WordNet's order; none for a phrase that WordNet lacks."""


class NounPhrase(NamedTuple):
    """An object candidate: a noun phrase with its head. All indices are token indices of the `Doc`."""

    start: int
    end: int
    head: int
    modifiers: tuple[Modifier, ...] = ()
    """In text order, without repetition."""
    instances: int | None = None
    """How many there are, where a quantifier or an indefinite article states one."""
    at_least: int | None = None
    """The least number that there can be, where none is stated: 2 for a plural."""
    referring: tuple[int, int] | None = None
    """Half-open span of the phrase with what follows and tells the object from others ("on the left"); none:
    the rules do not look for it."""
    flags: tuple[Flag, ...] = ()
    """Reasons not to take it for an object that can be seen, in the order of `Flag`."""
    extended_head: ExtendedHead | None = None
    """Set by the extended-head component; none: WordNet does not know the head noun."""

    def span(self, doc: Doc) -> Span:
        """The noun phrase as a span of `doc`."""
        return doc[self.start : self.end]
