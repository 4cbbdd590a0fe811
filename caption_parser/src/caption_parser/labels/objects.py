"""Object candidates of a parsed caption, in character offsets: noun phrases whose extended head is known."""

from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from caption_parser.syntax.phrases import ModifierKind, NounPhrase


class ModifierWord(NamedTuple):
    """A modifier of an object, lower-cased, at `caption[start:end]`."""

    word: str
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
    head: str
    lemmas: tuple[str, ...]
    synsets: tuple[int, ...]
    modifiers: tuple[ModifierWord, ...]
    instances: int | None


def object_candidates(doc: Doc) -> Iterator[ObjectCandidate]:
    """The phrases with an extended head, except nouns inside another's: "drawers" of a chest of drawers."""
    phrases: tuple[NounPhrase, ...] = doc._.noun_phrases
    inside_another = {
        token
        for phrase in phrases
        if phrase.extended_head
        for token in range(phrase.head + 1, phrase.extended_head.end)
    }
    for phrase in phrases:
        if phrase.extended_head and phrase.head not in inside_another:
            yield _candidate(doc, phrase)


def _candidate(doc: Doc, phrase: NounPhrase) -> ObjectCandidate:
    extended_head = phrase.extended_head
    assert extended_head is not None
    first = doc[extended_head.start]
    last = doc[extended_head.end - 1]
    head = doc[phrase.head]
    end = head.idx + len(head)
    return ObjectCandidate(
        start=first.idx,
        end=last.idx + len(last),
        first_token_end=first.idx + len(first),
        phrase_start=doc[phrase.start].idx,
        phrase_end=max(end, last.idx + len(last)),
        head=head.text,
        lemmas=extended_head.lemmas,
        synsets=extended_head.synsets,
        modifiers=tuple(
            ModifierWord(token.lower_, token.idx, token.idx + len(token))
            for index, kind in phrase.modifiers
            # A noun inside the extended head is part of the name: "orange" of "orange juice" is no colour.
            if kind is not ModifierKind.NOUN or not extended_head.start <= index < extended_head.end
            for token in (doc[index],)
        ),
        instances=phrase.instances,
    )
