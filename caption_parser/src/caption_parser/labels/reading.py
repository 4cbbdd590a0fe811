"""A caption as it was read: one record that flows through the steps from its parse to its labels.

Objects are noun phrases whose extended head is known; they stand in character offsets of the caption.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseChoice
from caption_parser.syntax.phrases import ExtendedHead, ModifierKind, NounPhrase, TokenFlags
from caption_parser.syntax.text.segments import Segment
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

    token: int
    """The head noun in the parse."""
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


class ImpliedObject(NamedTuple):
    """An object that a word entails without naming it, with its label."""

    synset: int
    decision: Decision


def person_object(decisions: DecisionTable, lexicon: Lexicon) -> ImpliedObject | None:
    """What a word for somebody entails; none where the label space has no persons."""
    person = lexicon.synset("person.n.01")
    decision = decisions.by_synset.get(person)
    return ImpliedObject(person, decision) if decision else None


class ObjectReading(NamedTuple):
    """An object of a caption, and what the steps found about it so far."""

    candidate: ObjectCandidate
    choice: SenseChoice | None = None
    """Its sense; none: not asked for yet, or a phrase that the label space matches by its text alone."""
    decision: Decision | None = None
    """Its label; none: it has none, or none yet."""
    implied: tuple[ImpliedObject, ...] = ()

    @property
    def lemma(self) -> str:
        """What it was looked up as, with underscores."""
        return self.candidate.lemmas[0]

    @property
    def synset(self) -> int | None:
        """The chosen sense."""
        return self.choice.synset if self.choice else None


class EntailingWords(NamedTuple):
    """Words of a caption that are no object, by their character offsets, and what they entail.

    Verbs, pronouns, parts of a body, names.
    """

    start: int
    end: int
    implied: tuple[ImpliedObject, ...]
    flags: tuple[Flag, ...] = ()


class CaptionReading(NamedTuple):
    """A caption with its parse, its objects in text order, and other words that entail some."""

    caption: str
    tree: Tree
    phrases: tuple[NounPhrase, ...]
    objects: tuple[ObjectReading, ...]
    entailing: tuple[EntailingWords, ...] = ()
    segments: tuple[Segment, ...] = ()
    """Its parts that were parsed apart, and those that were not read; empty: it was read whole."""
    flagged: TokenFlags = MappingProxyType({})

    def with_objects(self, change: Callable[[ObjectReading], ObjectReading]) -> Self:
        """The caption with its objects as `change` gives them."""
        return self._replace(objects=tuple(map(change, self.objects)))

    def with_flag(self, flag: Flag, tokens: Container[int]) -> Self:
        """The caption with one flag more for the objects whose head nouns are these tokens."""
        return self.with_objects(lambda one: _with_flag(one, flag) if one.candidate.token in tokens else one)

    def without_label(self, tokens: Container[int]) -> Self:
        """The caption without the labels of the objects whose head nouns are these tokens."""
        return self.with_objects(lambda one: one._replace(decision=None) if one.candidate.token in tokens else one)

    def with_entailing(self, words: Iterable[EntailingWords]) -> Self:
        """The caption with further words that entail objects."""
        return self._replace(entailing=(*self.entailing, *words))


def _with_flag(found: ObjectReading, flag: Flag) -> ObjectReading:
    flags = {*found.candidate.flags, flag}
    return found._replace(candidate=found.candidate._replace(flags=tuple(one for one in Flag if one in flags)))


class LabelStep(Protocol):
    """One step on the way from senses to labels."""

    def __call__(self, captions: Sequence[CaptionReading]) -> Sequence[CaptionReading]:
        """All captions of one image, in order, with what this step adds to them."""
        ...


class CaptionStep(ABC):
    """A `LabelStep` that reads each caption by itself."""

    def __call__(self, captions: Sequence[CaptionReading]) -> Sequence[CaptionReading]:
        """All captions of one image, in order, with what this step adds to them."""
        return [self.of_caption(caption) for caption in captions]

    @abstractmethod
    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with what this step adds to it."""


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
        token=phrase.head,
        start=starts[first],
        end=ends[last],
        first_token_end=ends[first],
        phrase_start=starts[min(phrase_start, first)],
        phrase_end=ends[max(phrase_end - 1, last)],
        head=caption[starts[phrase.head] : ends[phrase.head]],
        lemmas=extended_head.lemmas,
        synsets=extended_head.synsets,
        modifiers=tuple(
            [
                ModifierWord(tree.words[token], kind, starts[token], ends[token])
                for token, kind in phrase.modifiers
                # A noun inside the extended head is part of the name: "orange" of "orange juice" is no colour.
                if kind is not ModifierKind.NOUN or not first <= token <= last
            ]
        ),
        instances=phrase.instances,
        at_least=phrase.at_least,
        flags=phrase.flags,
    )
