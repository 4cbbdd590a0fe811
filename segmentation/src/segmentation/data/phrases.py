"""Referring phrases: what captions call the things that they speak of."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from shared_runtime.errors import UsageError
from shared_schemas import DOUBTS, ImageLabels, LabelClass

_ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\S)")


class Phrase(NamedTuple):
    """A text that refers to something in an image."""

    text: str
    """As `expression_text` has it."""
    label: int | None
    """Class id of what it refers to; None: of no class."""


def expression_text(text: str) -> str:
    """How a text is compared and encoded: lower case, single spaces, without an article in front."""
    return _ARTICLE.sub("", " ".join(text.casefold().split()).rstrip(" .,;:!?"))


def class_text(label: LabelClass) -> str:
    """What a class is called as such a text: 'Bus_(vehicle)' is a bus. Two classes can have the same one."""
    return expression_text(label.spoken_name)


def check_texts(texts: Iterable[str]) -> None:
    """Raises UsageError for a text that says nothing, and for what is no text."""
    for text in texts:
        if not isinstance(text, str):
            raise UsageError(f"got {text!r}, expected a text: what an image shows, such as 'a brown dog'")
        if not expression_text(text):
            raise UsageError(
                f"got the text {text!r}, which has no word, expected what an image shows, such as 'a brown dog'"
            )


def referring_phrases(record: ImageLabels) -> tuple[Phrase, ...]:
    """The phrases of a record's mentions, each once, in their order; without those of things that are not seen."""
    found: dict[str, Phrase] = {}
    for mention in record.mentions:
        if mention.phrase_start is not None and DOUBTS.isdisjoint(mention.flags):
            caption = record.captions[mention.caption]
            text = expression_text(caption[mention.phrase_start : mention.phrase_end])
            if text:
                found.setdefault(text, Phrase(text, mention.label))
    return tuple(found.values())
