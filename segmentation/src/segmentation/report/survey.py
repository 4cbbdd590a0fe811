"""Which masks a report shows: the best and the worst of all, and those of each class, found in one pass."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest, nsmallest
from typing import NamedTuple

from segmentation.report.judged import JudgedMask, MaskSet, covered
from shared_runtime.errors import InputError


class Scored(NamedTuple):
    """An image with a score in [0, 1]."""

    score: float
    key: str


@dataclass(slots=True)
class Extremes:
    """The lowest and the highest of the scores that were added, in bounded memory; equal ones by their keys."""

    n_worst: int
    n_best: int
    _found: set[Scored] = field(default_factory=set)

    def add(self, score: float, key: str) -> None:
        """Take in one image."""
        self._found.add(Scored(score, key))
        if len(self._found) > 64 * (self.n_worst + self.n_best + 1):
            self._found = {*nsmallest(self.n_worst, self._found), *nlargest(self.n_best, self._found)}

    def worst(self) -> list[Scored]:
        """The lowest first."""
        return nsmallest(self.n_worst, self._found)

    def best(self) -> list[Scored]:
        """The highest first, without those that are among the worst where there are few."""
        return nlargest(self.n_best, self._found - set(self.worst()))

    def keys(self) -> set[str]:
        """Of all of them."""
        return {one.key for one in (*self.worst(), *self.best())}


@dataclass(slots=True)
class ClassSurvey:
    """One class over all masks."""

    extremes: Extremes
    images: int = 0
    """Whose masks show it."""
    coverage: float = 0.0
    """Its share of an image, summed over these."""


@dataclass(slots=True)
class Survey:
    """What was found of the masks that were added."""

    count: int
    """How many of all images are shown, half of them the worst."""
    per_class: int
    """How many of the best, and of the worst, of each class."""
    images: int = 0
    classes: dict[int, ClassSurvey] = field(default_factory=dict)
    extremes: Extremes = field(init=False)

    def __post_init__(self) -> None:
        self.extremes = Extremes((self.count + 1) // 2, self.count // 2)

    def add(self, judged: JudgedMask) -> None:
        """Take in one mask."""
        self.images += 1
        self.extremes.add(judged.score, judged.key)
        for class_id, score in judged.scores.items():
            self._of(class_id).extremes.add(score, judged.key)
        for class_id, share in covered(judged.predicted).items():
            self._of(class_id).images += 1
            self._of(class_id).coverage += share

    def keys(self) -> set[str]:
        """Of all images that are shown."""
        return self.extremes.keys().union(*(found.extremes.keys() for found in self.classes.values()))

    def _of(self, class_id: int) -> ClassSurvey:
        if class_id not in self.classes:
            self.classes[class_id] = ClassSurvey(Extremes(self.per_class, self.per_class))
        return self.classes[class_id]


def survey(masks: MaskSet, count: int, per_class: int, problems: list[str]) -> Survey:
    """Looks at all masks once; what is wrong with one that cannot be read or compared is added to `problems`."""
    found = Survey(count, per_class)
    for judged in _judged(masks, problems):
        found.add(judged)
    return found


def _judged(masks: MaskSet, problems: list[str]) -> Iterator[JudgedMask]:
    for key in masks.files:
        try:
            yield masks.judged(key)
        except InputError as error:
            problems.append(str(error))
