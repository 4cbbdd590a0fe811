"""The images that a report shows, chosen as records go by: some of all, and some of each class."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from caption_parser.report.tally import Reservoirs
from shared_schemas import ImageLabels

IMAGES_PER_CLASS = 4


class _Numbered(NamedTuple):
    number: int
    record: ImageLabels


@dataclass(frozen=True, slots=True)
class GalleryChoice:
    """How many images a page shows."""

    images: int
    """Drawn from all."""
    per_class: int = IMAGES_PER_CLASS
    """Drawn from those of each class, so that every class has some."""


class Gallery:
    """Samples of records, in bounded memory."""

    def __init__(self, choice: GalleryChoice, seed: int) -> None:
        self._all: Reservoirs[str, _Numbered] = Reservoirs(choice.images, seed, "gallery")
        self._by_class: Reservoirs[int, _Numbered] = Reservoirs(choice.per_class, seed, "gallery of classes")
        self.offered = 0
        """How many records there were."""

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        self.offered += 1
        make = partial(_Numbered, self.offered, record)
        self._all.offer("", make)
        for label in (*record.foreground, *record.background):
            self._by_class.offer(label.id, make)

    def records(self) -> tuple[ImageLabels, ...]:
        """All that were chosen, each once, in the order of the file."""
        chosen = {one.number: one.record for one in self._all.sample("")}
        for label in self._by_class.offered:
            chosen |= {one.number: one.record for one in self._by_class.sample(label)}
        return tuple(record for _, record in sorted(chosen.items(), key=lambda item: item[0]))
