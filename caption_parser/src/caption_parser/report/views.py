"""Pieces of the report's page: bars, captions with evidence, images with their captions."""

from collections.abc import Iterable
from dataclasses import dataclass

from caption_parser.report.evidence import (
    CaptionEvidence,
    Names,
    Segment,
    class_name,
    describe,
    segments,
    spans_of,
)
from shared_schemas import ImageLabels


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its share of the largest one, in percent."""

    name: str
    value: int
    percent: float


@dataclass(frozen=True, slots=True)
class Example:
    """A caption with its evidence."""

    image: str
    segments: tuple[Segment, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImageView:
    """An image with all its captions, and classes that need a look."""

    image: str
    captions: tuple[Example, ...]
    missed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    votes: str = ""


def bars(counts: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    """Bars in the order given, the longest of 100 percent."""
    counts = list(counts)
    largest = max((value for _, value in counts), default=0) or 1
    return tuple(Bar(name, value, 100 * value / largest) for name, value in counts)


def examples(found: Iterable[CaptionEvidence], names: Names) -> tuple[Example, ...]:
    """Captions with their evidence highlighted; the note says in words what the evidence is."""
    return tuple(
        Example(
            image=str(evidence.image_id),
            segments=segments(evidence.caption, spans_of(evidence, names)),
            note=describe(evidence.focus, names) if evidence.focus else _readings(evidence, names),
        )
        for evidence in found
    )


def image_view(
    record: ImageLabels,
    names: Names,
    *,
    missed: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    word: str | None = None,
) -> ImageView:
    """All captions of an image; with `word`, just the mentions of that word are highlighted."""
    shown = [m for m in record.mentions if word is None or m.extended_head.lower() == word]
    captions = (
        CaptionEvidence(record.image_id, caption, tuple(m for m in shown if m.caption == index))
        for index, caption in enumerate(record.captions)
    )
    votes = (f"{label.name} {label.votes}/{len(record.captions)}" for label in record.foreground)
    return ImageView(
        image=str(record.image_id),
        captions=examples(captions, names),
        missed=missed,
        extra=extra,
        votes=", ".join(votes),
    )


def _readings(evidence: CaptionEvidence, names: Names) -> str:
    """ "kitty: cat, rug: no class"."""
    return ", ".join(
        f"{mention.extended_head}: {'no class' if mention.label is None else class_name(mention.label, names)}"
        + (f" ({', '.join(mention.flags)})" if mention.flags else "")
        for mention in evidence.mentions
    )
