"""From the mentions in the captions of one image to the labels of that image, with votes and confidence.

How sure a class is follows from what the captions say; nothing is learned from labelled images. Each caption that
asserts the class is taken for an independent witness: the class is absent only if all of them err (noisy or; Pearl
1988, Section 4.3.2). A witness is as reliable as the rule by which it came to the label, times the score of its
sense. Captions that mention the class and mean none that can be seen (flags) speak against it.
"""

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from caption_parser.captions import ImageCaptions
from caption_parser.modes import PART_RELIABILITY, TRUST
from shared_schemas import (
    DOUBTS,
    AttributeVotes,
    ClassLabel,
    Flag,
    ImageLabels,
    Kind,
    LabelSpace,
    Mention,
    Relation,
    Rule,
)

_DIGITS = 3
_HEDGED = 0.5
"""What is left of a mention's reliability where the caption is not sure of it."""


@dataclass(slots=True)
class _Evidence:
    """What the captions of one image say about one class; captions are indices."""

    asserted: list[Mention] = field(default_factory=list)
    captions: set[int] = field(default_factory=set)
    """Those that assert it."""
    mentioned: set[int] = field(default_factory=set)
    """Those that mention it, whether they assert it or not."""
    stated: dict[int, int] = field(default_factory=dict)
    """Caption → sum of the numbers of instances that it states."""
    implied: int = 0
    """The largest least number of instances of one mention."""
    attributes: dict[str, set[int]] = field(default_factory=dict)


def is_asserted(mention: Mention, blocking: Set[Flag] = DOUBTS) -> bool:
    """Whether `mention` says that an object of its class is in the image."""
    return mention.label is not None and (not mention.flags or blocking.isdisjoint(mention.flags))


def aggregate(
    image: ImageCaptions,
    mentions: Sequence[Mention],
    label_space: LabelSpace,
    *,
    relations: Sequence[Relation] = (),
    blocking: Set[Flag] = DOUBTS,
    attribute_set: str | None = None,
) -> ImageLabels:
    """The labels of `image`: every class that a caption asserts, in the order of ids (Eq. 1 of the paper).

    A mention with a flag of `blocking` asserts nothing. Votes count captions, not mentions. A class's count
    is the largest sum of stated numbers in one caption: "two cats and a third cat" states three; the least count
    also heeds plurals, where that gives more. `mentions` and `relations` are kept as they are. `attribute_set` is
    the name of another set of attributes than the label space's.
    """
    evidence = _gather(mentions, blocking)
    labels: dict[Kind, list[ClassLabel]] = {Kind.FOREGROUND: [], Kind.BACKGROUND: []}
    for label, found in sorted(evidence.items()):
        if not found.asserted:
            continue
        label_class = label_space.by_id[label]
        count = max(found.stated.values(), default=None)
        labels[label_class.kind].append(
            ClassLabel(
                id=label,
                name=label_class.name,
                votes=len(found.captions),
                confidence=confidence(found.asserted, len(found.mentioned - found.captions)),
                category_id=label_class.category_id,
                count=count,
                at_least=found.implied if found.implied > (count or 0) else None,
                attributes=_attribute_votes(found.attributes) if found.attributes else (),
            )
        )
    return ImageLabels(
        image_id=image.image_id,
        file_name=image.file_name,
        label_space=label_space.reference,
        attribute_set=attribute_set,
        captions=image.captions,
        foreground=tuple(labels[Kind.FOREGROUND]),
        background=tuple(labels[Kind.BACKGROUND]),
        mentions=tuple(mentions),
        relations=tuple(relations),
    )


def _gather(mentions: Iterable[Mention], blocking: Set[Flag]) -> dict[int, _Evidence]:
    evidence: dict[int, _Evidence] = {}
    for mention in mentions:
        if mention.label is None:
            continue
        found = evidence.get(mention.label)
        if found is None:
            found = evidence[mention.label] = _Evidence()
        found.mentioned.add(mention.caption)
        if not is_asserted(mention, blocking):
            continue
        found.asserted.append(mention)
        found.captions.add(mention.caption)
        if mention.count is not None:
            found.stated[mention.caption] = found.stated.get(mention.caption, 0) + mention.count
        if mention.at_least is not None:
            found.implied = max(found.implied, mention.at_least)
        for attribute in mention.attributes:
            found.attributes.setdefault(attribute.name, set()).add(mention.caption)
    return evidence


def _attribute_votes(captions_by_name: dict[str, set[int]]) -> tuple[AttributeVotes, ...]:
    """Attributes with the number of captions that say so, most votes first, then by name."""
    votes = ((name, len(captions)) for name, captions in captions_by_name.items())
    ordered = sorted(votes, key=lambda item: (-item[1], item[0]))
    return tuple(AttributeVotes(name=name, votes=count) for name, count in ordered)


def reliability(mention: Mention) -> float:
    """How far one labelled mention can be trusted, in (0, 1)."""
    trust = TRUST[mention.rule or Rule.SYNONYM].reliability
    if Flag.PART in mention.flags:
        trust = min(trust, PART_RELIABILITY)
    if Flag.UNCERTAIN in mention.flags:
        trust *= _HEDGED
    return trust if mention.score is None else trust * mention.score


def confidence(asserted: Iterable[Mention], contrary: int = 0) -> float:
    """The confidence in a class, in [0, 1], from the mentions that assert it.

    `contrary`: captions that mention the class without asserting it. They lower the confidence as their share
    of all captions that mention it.
    """
    witnesses: dict[int, float] = {}
    for mention in asserted:
        witnesses[mention.caption] = max(witnesses.get(mention.caption, 0.0), reliability(mention))
    error = math.prod(1.0 - trust for trust in sorted(witnesses.values()))
    return round((1.0 - error) * len(witnesses) / max(1, len(witnesses) + contrary), _DIGITS)
