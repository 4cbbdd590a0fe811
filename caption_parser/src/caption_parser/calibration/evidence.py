"""What a record says for and against each of its classes, as numbers; ground truth and confidence play no part."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caption_parser.labels.aggregate import reliability
from caption_parser.modes import TRUST
from shared_schemas import DOUBTS, ClassLabel, Flag, ImageLabels, Mention, Route


@dataclass(frozen=True, slots=True)
class Feature:
    """A number that says how much of one kind of evidence there is: from 0, seldom above 3."""

    name: str
    sign: int
    """1: more of it never makes the class less likely; -1: never more likely; 0: data decide."""


_RULES = tuple(rule for rule, trust in TRUST.items() if trust.calibrated)
"""The others name the class itself: what these are compared with."""
_CHOSEN = frozenset({Route.FIRST_SENSE, Route.MODEL, Route.PRIOR, Route.FALLBACK})
"""Routes of senses that were chosen among several which may lead to other labels."""

_DOUBTS = tuple(flag for flag in Flag if flag in DOUBTS)

FEATURES: Sequence[Feature] = (
    Feature("votes", 1),
    Feature("silent_captions", -1),
    *(Feature(f"rule_{rule}", 0) for rule in _RULES),
    Feature("hyponym_depth", 0),
    Feature("chosen_sense", -1),
    Feature("sense_doubt", -1),
    *(Feature(f"flag_{flag}", -1) for flag in _DOUBTS),
)


def record_evidence(record: ImageLabels) -> dict[int, tuple[float, ...]]:
    """The features of every foreground class of `record`, by class id, in the order of `FEATURES`."""
    mentions: defaultdict[int | None, list[Mention]] = defaultdict(list)
    for mention in record.mentions:
        mentions[mention.label].append(mention)
    captions = len(record.captions)
    return {label.id: class_evidence(label, mentions[label.id], captions) for label in record.foreground}


def class_evidence(label: ClassLabel, mentions: Iterable[Mention], captions: int) -> tuple[float, ...]:
    """The features of one class of an image with so many captions; `mentions`: those with its label.

    Captions are numbers on a logarithmic scale: the fifth says less than the second. A caption that asserts the
    class speaks by its most reliable mention; one whose mentions are all in doubt counts for its flags.
    """
    asserting: dict[int, Mention] = {}
    flags: defaultdict[int, set[Flag]] = defaultdict(set)
    for mention in mentions:
        flags[mention.caption].update(DOUBTS.intersection(mention.flags))
        best = asserting.get(mention.caption)
        if DOUBTS.isdisjoint(mention.flags) and (best is None or reliability(mention) > reliability(best)):
            asserting[mention.caption] = mention
    flagged = Counter(flag for caption, found in flags.items() if caption not in asserting for flag in found)
    silent = max(0, captions - max(label.votes, len(flags)))
    speaking = tuple(asserting.values())
    scores = [mention.score for mention in speaking if mention.score is not None]
    return (
        math.log(label.votes),
        math.log1p(silent),
        *(_mean(mention.rule is rule for mention in speaking) for rule in _RULES),
        _mean(math.log1p(mention.depth or 0) for mention in speaking),
        _mean(mention.route in _CHOSEN for mention in speaking),
        1.0 - max(scores) if scores else 0.0,
        *(math.log1p(flagged[flag]) for flag in _DOUBTS),
    )


def _mean(values: Iterable[float]) -> float:
    """0 without values: a record may come without its mentions."""
    found = tuple(values)
    return sum(found) / len(found) if found else 0.0
