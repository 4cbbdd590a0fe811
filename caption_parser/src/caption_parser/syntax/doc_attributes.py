"""`Doc._.noun_phrases` and what spans look up in it.

The phrases lie in `Doc.user_data` as plain lists of numbers and texts, so that a `Doc` with them can be written to
bytes, sent to another process and pickled; `Doc._.noun_phrases` makes records of them.
"""

from collections.abc import Sequence
from typing import Any

from spacy.tokens import Doc, Span

from caption_parser.syntax.phrases import ExtendedHead, Modifier, ModifierKind, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_runtime.errors import UsageError
from shared_schemas import Flag

_KEY = "caption_noun_phrases"


def register_extensions() -> None:
    """Register the custom attributes; harmless when repeated."""
    if not Doc.has_extension("noun_phrases"):
        Doc.set_extension("noun_phrases", getter=_read, setter=_write)
        Doc.set_extension("has_noun_phrases", getter=_has_phrases)
        Doc.set_extension("tree", getter=Tree.of)
        Span.set_extension("noun_phrase", getter=_noun_phrase_of)
        Span.set_extension("modifiers", getter=_modifiers_of)
        Span.set_extension("count", getter=_count_of)
        Span.set_extension("extended_head", getter=_extended_head_of)


def _write(doc: Doc, phrases: Sequence[NounPhrase]) -> None:
    doc.user_data[_KEY] = [len(doc), [_plain(phrase) for phrase in phrases]]


def _read(doc: Doc) -> tuple[NounPhrase, ...]:
    """None before a component has looked for them."""
    tokens, phrases = doc.user_data.get(_KEY, (len(doc), ()))
    if tokens != len(doc):
        raise UsageError(
            f"doc._.noun_phrases: found in {tokens} tokens, and this Doc has {len(doc)}. Tokens were merged or"
            " split, or it is a part of another Doc: run caption_noun_phrases after that"
        )
    return tuple(map(_record, phrases))


def _has_phrases(doc: Doc) -> bool:
    return _KEY in doc.user_data


def _plain(phrase: NounPhrase) -> list[Any]:
    head = phrase.extended_head
    return [
        phrase.start,
        phrase.end,
        phrase.head,
        [[token, str(kind)] for token, kind in phrase.modifiers],
        phrase.instances,
        phrase.at_least,
        phrase.referring and list(phrase.referring),
        [str(flag) for flag in phrase.flags],
        head and [head.start, head.end, list(head.lemmas), list(head.synsets)],
    ]


def _record(plain: Sequence[Any]) -> NounPhrase:
    start, end, head, modifiers, instances, at_least, referring, flags, extended_head = plain
    return NounPhrase(
        start,
        end,
        head,
        modifiers=tuple(Modifier(token, ModifierKind(kind)) for token, kind in modifiers),
        instances=instances,
        at_least=at_least,
        referring=referring and tuple(referring),
        flags=tuple(map(Flag, flags)),
        extended_head=extended_head and ExtendedHead(*extended_head[:2], *map(tuple, extended_head[2:])),
    )


def _noun_phrase_of(span: Span) -> NounPhrase | None:
    return next((phrase for phrase in span.doc._.noun_phrases if phrase.head == span.root.i), None)


def _modifiers_of(span: Span) -> list[Span]:
    phrase = _noun_phrase_of(span)
    return [span.doc[modifier.token : modifier.token + 1] for modifier in phrase.modifiers] if phrase else []


def _count_of(span: Span) -> int | None:
    phrase = _noun_phrase_of(span)
    return phrase.instances if phrase else None


def _extended_head_of(span: Span) -> Span | None:
    phrase = _noun_phrase_of(span)
    if phrase is None or phrase.extended_head is None:
        return None
    return span.doc[phrase.extended_head.start : phrase.extended_head.end]
