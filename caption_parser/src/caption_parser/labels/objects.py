"""Object candidates of a parsed caption, in character offsets: noun phrases whose extended head is known."""

from collections.abc import Iterator
from typing import NamedTuple

from caption_parser.syntax.phrases import ExtendedHead, ModifierKind, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag


class ModifierWord(NamedTuple):
    """A modifier of an object, lower-cased, at `caption[start:end]`."""

    word: str
    kind: ModifierKind
    start: int
    end: int


class ObjectCandidate(NamedTuple):
    """A noun phrase that may become a mention. Offsets are half-open, in characters of the caption."""

    start: int
    end: int
    first_token_end: int
    """The leftmost token of the extended head, where its sense is scored, is `caption[start:first_token_end]`."""
    phrase_start: int
    phrase_end: int
    """The referring phrase, or the noun phrase where the rules look for no more."""
    head: str
    lemmas: tuple[str, ...]
    synsets: tuple[int, ...]
    modifiers: tuple[ModifierWord, ...]
    instances: int | None
    at_least: int | None
    flags: tuple[Flag, ...]


def object_candidates(caption: str, tree: Tree, phrases: tuple[NounPhrase, ...]) -> Iterator[ObjectCandidate]:
    """The phrases with an extended head, except nouns inside another's: "drawers" of a chest of drawers."""
    inside_another = {
        token
        for phrase in phrases
        if phrase.extended_head
        for token in range(phrase.head + 1, phrase.extended_head.end)
    }
    for phrase in phrases:
        if phrase.extended_head and phrase.head not in inside_another:
            yield _candidate(caption, tree, phrase, phrase.extended_head)


def _candidate(caption: str, tree: Tree, phrase: NounPhrase, extended_head: ExtendedHead) -> ObjectCandidate:
    starts, ends = tree.starts, tree.ends
    first, last = extended_head.start, extended_head.end - 1
    phrase_start, phrase_end = phrase.referring or (phrase.start, phrase.head + 1)
    return ObjectCandidate(
        start=starts[first],
        end=ends[last],
        first_token_end=ends[first],
        phrase_start=starts[min(phrase_start, first)],
        phrase_end=ends[max(phrase_end - 1, last)],
        head=caption[starts[phrase.head] : ends[phrase.head]],
        lemmas=extended_head.lemmas,
        synsets=extended_head.synsets,
        modifiers=tuple(
            ModifierWord(tree.words[token], kind, starts[token], ends[token])
            for token, kind in phrase.modifiers
            # A noun inside the extended head is part of the name: "orange" of "orange juice" is no colour.
            if kind is not ModifierKind.NOUN or not first <= token <= last
        ),
        instances=phrase.instances,
        at_least=phrase.at_least,
        flags=phrase.flags,
    )
