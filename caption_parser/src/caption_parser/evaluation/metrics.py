"""Label quality as in Table 5 of Vilar & Perez: per class over images, then averaged over classes.

Everything here is a function of sets and counts. A ratio whose denominator is zero is None: undefined.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TypeVar

ImageT = TypeVar("ImageT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Images by whether a class was predicted and is there; pixels of the class by whether it was predicted."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    pixels_found: float = 0
    pixels: float = 0

    @property
    def occurs(self) -> bool:
        """Whether the class is in any image of the truth."""
        return self.tp + self.fn > 0

    @property
    def iou(self) -> float | None:
        """TP / (TP + FP + FN)."""
        return ratio(self.tp, self.tp + self.fp + self.fn)

    @property
    def precision(self) -> float | None:
        """TP / (TP + FP); undefined if the class was never predicted."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """TP / (TP + FN), the paper's image recall; undefined if the class is in no image."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def pixel_recall(self) -> float | None:
        """The share of the class's pixels that lie in images for which it was predicted."""
        return ratio(self.pixels_found, self.pixels)

    def __add__(self, other: "ClassCounts") -> "ClassCounts":
        return ClassCounts(
            self.tp + other.tp,
            self.fp + other.fp,
            self.fn + other.fn,
            self.pixels_found + other.pixels_found,
            self.pixels + other.pixels,
        )


def ratio(numerator: float, denominator: float) -> float | None:
    """The quotient, None where it is undefined."""
    return numerator / denominator if denominator else None


def count(
    truth: Mapping[ImageT, Set[int]],
    predicted: Mapping[ImageT, Set[int]],
    class_ids: Iterable[int],
    pixels: Mapping[ImageT, Mapping[int, float]] | None = None,
) -> dict[int, ClassCounts]:
    """The counts of each of `class_ids`, over the images of `truth`.

    For an image that `predicted` lacks nothing was predicted; other images and classes are left out.
    `pixels`: image → class id → pixels.
    """
    tp, fp, fn = Counter[int](), Counter[int](), Counter[int]()
    pixels_found, pixels_total = defaultdict[int, float](float), defaultdict[int, float](float)
    nothing: frozenset[int] = frozenset()
    for image, present in truth.items():
        named = predicted.get(image, nothing)
        tp.update(named & present)
        fp.update(named - present)
        fn.update(present - named)
        for label, area in (pixels or {}).get(image, {}).items():
            pixels_total[label] += area
            pixels_found[label] += area if label in named else 0
    return {
        label: ClassCounts(tp[label], fp[label], fn[label], pixels_found[label], pixels_total[label])
        for label in class_ids
    }


@dataclass(frozen=True, slots=True)
class Averages:
    """Four ratios, each in [0, 1] or None where it is undefined."""

    iou: float | None
    precision: float | None
    recall: float | None
    pixel_recall: float | None


def macro(counts: Iterable[ClassCounts]) -> Averages:
    """Means over the classes that occur in the truth.

    A class that occurs and was never predicted has an undefined precision, which counts as 0: leaving it out
    would reward silence. Pixel recall is averaged over the classes that have pixels.
    """
    occurring = [c for c in counts if c.occurs]
    return Averages(
        iou=mean(c.iou for c in occurring),
        precision=mean(c.precision or 0.0 for c in occurring),
        recall=mean(c.recall for c in occurring),
        pixel_recall=mean(c.pixel_recall for c in occurring),
    )


def micro(counts: Iterable[ClassCounts]) -> Averages:
    """Ratios of the sums over all classes, those too that were predicted and never occur."""
    total = sum(counts, ClassCounts())
    return Averages(total.iou, total.precision, total.recall, total.pixel_recall)


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are defined."""
    defined = [value for value in values if value is not None]
    return ratio(sum(defined), len(defined))
