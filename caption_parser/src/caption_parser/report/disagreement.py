"""Where the captions of one image do not say the same."""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from caption_parser.report.reservoir import Reservoirs
from shared_schemas import ImageLabels

IMAGES_SHOWN = 12
CONFLICTS_SHOWN = 12


class Conflict(NamedTuple):
    """A word that means different classes, or a class and none, in the captions of one image."""

    record: ImageLabels
    word: str
    labels: tuple[int | None, ...]
    """In the order of the captions; None: no class."""


@dataclass(order=True, slots=True)
class _Ranked:
    disagreement: float
    number: int
    """Earlier records win over equal later ones: the heap drops the smallest."""
    record: ImageLabels

    def __post_init__(self) -> None:
        self.number = -self.number


class Disagreements:
    """The images whose captions agree least on their classes, and a sample of words with several readings."""

    def __init__(self, seed: int) -> None:
        self.images = 0
        """Images of several captions, not all of which assert all foreground classes."""
        self.compared = 0
        """Images of several captions with a foreground class."""
        self._heap: list[_Ranked] = []
        self._conflicts: Reservoirs[str, Conflict] = Reservoirs(CONFLICTS_SHOWN, seed, "conflict")

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        if len(record.captions) < 2:
            return
        for word, labels in _readings(record).items():
            if len(set(labels)) > 1:
                conflict = Conflict(record, word, labels)
                self._conflicts.offer("", lambda conflict=conflict: conflict)  # type: ignore[misc]
        if record.foreground:
            disagreement = missing_votes(record)
            self.compared += 1
            self.images += disagreement > 0
            if disagreement > 0:
                push = heapq.heappush if len(self._heap) < IMAGES_SHOWN else heapq.heappushpop
                push(self._heap, _Ranked(disagreement, self.compared, record))

    @property
    def conflicts(self) -> int:
        """How many there are; `sampled_conflicts` holds some of them."""
        return self._conflicts.offered.get("", 0)

    def sampled_conflicts(self) -> tuple[Conflict, ...]:
        """Drawn at random."""
        return self._conflicts.sample("")

    def least_agreed(self) -> tuple[ImageLabels, ...]:
        """The images with the most votes missing, the worst first."""
        return tuple(ranked.record for ranked in sorted(self._heap, reverse=True))


def missing_votes(record: ImageLabels) -> float:
    """How many captions do not assert a class that another one does, summed over the foreground, per caption."""
    captions = len(record.captions)
    return sum(captions - label.votes for label in record.foreground) / captions


def _readings(record: ImageLabels) -> Mapping[str, tuple[int | None, ...]]:
    """The labels of each word that several unflagged mentions of the image share, in the order of the text."""
    readings: defaultdict[str, list[int | None]] = defaultdict(list)
    for mention in record.mentions:
        if not mention.flags:
            readings[mention.extended_head.lower()].append(mention.label)
    return {word: tuple(labels) for word, labels in readings.items()}
