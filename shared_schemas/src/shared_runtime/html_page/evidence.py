"""Captions with the evidence for their labels: which characters belong to which mention; as the page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from shared_schemas import DOUBTS, ImageLabels, Kind, Mention


class Span(NamedTuple):
    """Characters `[start, end)` of a caption with what they are evidence for."""

    start: int
    end: int
    kind: str
    """A class of the style sheet: foreground, background, unlabelled, flagged or attribute."""
    title: str


class Segment(NamedTuple):
    """A piece of a caption on which the same spans lie."""

    text: str
    kinds: str
    """The kinds of its spans, separated by spaces; empty: plain text."""
    title: str


class ClassName(NamedTuple):
    """What to call a class."""

    name: str
    kind: Kind


Names = dict[int, ClassName]


@dataclass(frozen=True, slots=True)
class CaptionEvidence:
    """One caption of one image with its mentions: what an example needs of a record."""

    image_id: int | str
    caption: str
    mentions: tuple[Mention, ...]
    focus: Mention | None = None
    """The mention that the example is about."""


def caption_evidence(record: ImageLabels, caption: int, focus: Mention | None = None) -> CaptionEvidence:
    """What record `record` says about its caption number `caption`."""
    mentions = tuple(mention for mention in record.mentions if mention.caption == caption)
    text = record.captions[caption] if caption < len(record.captions) else ""
    return CaptionEvidence(record.image_id, text, mentions, focus)


def segments(text: str, spans: Iterable[Span]) -> tuple[Segment, ...]:
    """`text` cut where spans begin and end; the texts of the segments make up `text`. Spans beyond it are cut."""
    inside = [span for span in spans if span.start < min(span.end, len(text))]
    cuts = sorted({0, len(text), *(span.start for span in inside), *(min(span.end, len(text)) for span in inside)})
    found = []
    for start, end in pairwise(cuts):
        here = [span for span in inside if span.start <= start and end <= span.end]
        kinds = " ".join(dict.fromkeys(span.kind for span in here))
        found.append(Segment(text[start:end], kinds, "; ".join(dict.fromkeys(span.title for span in here))))
    return tuple(found)


def spans_of(evidence: CaptionEvidence, names: Names) -> tuple[Span, ...]:
    """The mentions and attributes of a caption; if it has a focus, just that mention and its attributes."""
    mentions = evidence.mentions if evidence.focus is None else (evidence.focus,)
    spans: list[Span] = []
    for mention in mentions:
        spans.append(Span(mention.start, mention.end, _kind(mention, names), describe(mention, names)))
        spans += [Span(a.start, a.end, "attribute", f"attribute {a.name}") for a in mention.attributes]
    return tuple(spans)


def describe(mention: Mention, names: Names) -> str:
    """ "cat · hyponym, 1 step up · kitty.n.04 · first sense": label, rule, synset, route, flags."""
    steps = f", {mention.depth} step{'s' * (mention.depth > 1)} up" if mention.depth else ""
    parts = [
        class_name(mention.label, names) if mention.label is not None else "no class",
        f"{mention.rule}{steps}" if mention.rule else "",
        mention.synset or "",
        mention.route.replace("_", " ") if mention.route else "",
        _flags(mention),
    ]
    return " · ".join(part for part in parts if part)


def _flags(mention: Mention) -> str:
    """ "not asserted: named entity", "by its part", or nothing."""
    doubts = [flag.replace("_", " ") for flag in mention.flags if flag in DOUBTS]
    if doubts:
        return f"not asserted: {', '.join(doubts)}"
    return "by its part" if mention.flags else ""


def class_name(label: int, names: Names) -> str:
    """The name of a class, or its number where no record and no label space tells."""
    return names[label].name if label in names else f"class {label}"


def _kind(mention: Mention, names: Names) -> str:
    if not DOUBTS.isdisjoint(mention.flags):
        return "flagged"
    if mention.label is None:
        return "unlabelled"
    return names[mention.label].kind.value if mention.label in names else "foreground"


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
    classes: tuple[int, ...] = ()
    """Ids of the classes that its labels name."""
    picture: str = ""
    """The source of its picture; empty: it has none."""


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
    picture: str = "",
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
        classes=tuple(label.id for label in (*record.foreground, *record.background)),
        picture=picture,
    )


def _readings(evidence: CaptionEvidence, names: Names) -> str:
    """ "kitty: cat, rug: no class"."""
    return ", ".join(
        f"{mention.extended_head}: {'no class' if mention.label is None else class_name(mention.label, names)}"
        + (f" ({', '.join(mention.flags)})" if mention.flags else "")
        for mention in evidence.mentions
    )
