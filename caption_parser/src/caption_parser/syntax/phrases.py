"""`NounPhrase`: what the syntax components find in a `Doc`, in token indices of that `Doc`."""

from dataclasses import dataclass

from spacy.tokens import Doc, Span


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """An object candidate: a noun phrase with its head, modifiers and count. All indices are token indices."""

    start: int
    end: int
    head: int
    """The head noun, `start <= head < end`."""
    attributes: tuple[int, ...] = ()
    """Words that say how the object looks or what it does: adjectives, participles, in text order."""
    count: int | None = None
    """Number of instances, where a quantifier states one."""
    flags: frozenset[str] = frozenset()

    def span(self, doc: Doc) -> Span:
        """The noun phrase as a span of `doc`."""
        return doc[self.start : self.end]
