"""Captions with the evidence for their labels: which characters belong to which mention."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from shared_schemas import ImageLabels, Kind, Mention


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
        f"not asserted: {', '.join(flag.replace('_', ' ') for flag in mention.flags)}" if mention.flags else "",
    ]
    return " · ".join(part for part in parts if part)


def class_name(label: int, names: Names) -> str:
    """The name of a class, or its number where no record and no label space tells."""
    return names[label].name if label in names else f"class {label}"


def _kind(mention: Mention, names: Names) -> str:
    if mention.flags:
        return "flagged"
    if mention.label is None:
        return "unlabelled"
    return names[mention.label].kind.value if mention.label in names else "foreground"
