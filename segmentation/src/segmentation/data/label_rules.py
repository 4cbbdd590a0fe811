"""Which labels of a record are believed: what its captions say for a class, and against it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import Field, PositiveInt

from shared_runtime.configuration import Configuration
from shared_schemas import DOUBTS, ClassLabel, ImageLabels


class Evidence(NamedTuple):
    """How far an image has a class, by its record."""

    votes: int
    """Captions that assert it."""
    confidence: float | None
    """In [0, 1]; None: the record does not say."""


class LabelRules(Configuration):
    """Labels that are not believed are neither positive nor negative. Defaults: all are believed, as in the
    paper."""

    min_votes: PositiveInt = Field(
        1, description="Captions that must assert a class; of an image with fewer captions, all of them."
    )
    min_confidence: float = Field(
        0.0, ge=0, le=1, description="Confidence that a class must have, where the record states one."
    )
    rivals: bool = Field(
        False,
        description="Do not believe a single caption that names a class where most captions name another one of "
        "its kind instead (one giraffe among zebras).",
    )

    def doubtful(self, record: ImageLabels, akin: Callable[[int, int], bool]) -> frozenset[int]:
        """Ids of the labels that are not believed; `akin` says of two classes whether they are of one narrow
        kind."""
        labels = (*record.foreground, *record.background)
        votes = min(self.min_votes, max(1, len(record.captions)))
        doubtful = {
            label.id
            for label in labels
            if label.votes < votes or (label.confidence is not None and label.confidence < self.min_confidence)
        }
        if self.rivals:
            doubtful.update(_outvoted(record, akin))
        return frozenset(doubtful)


def _outvoted(record: ImageLabels, akin: Callable[[int, int], bool]) -> set[int]:
    """Foreground classes of one caption each, with a rival: akin, of most captions, and not of that one."""
    named: list[set[int]] = [set() for _ in record.captions]
    for mention in record.mentions:
        if mention.label is not None and DOUBTS.isdisjoint(mention.flags):
            named[mention.caption].add(mention.label)
    return {
        label.id
        for label in record.foreground
        if label.votes == 1 and any(akin(label.id, rival) for rival in _majority(label, record.foreground, named))
    }


def _majority(label: ClassLabel, others: Sequence[ClassLabel], named: Sequence[set[int]]) -> list[int]:
    """Ids of the classes that most captions assert, and none that names `label` does."""
    beside = set().union(*(classes for classes in named if label.id in classes))
    return [other.id for other in others if 2 * other.votes > len(named) and other.id not in beside]
