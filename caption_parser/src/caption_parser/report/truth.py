"""A label file against ground truth, for a report: the scores, and the worst classes and images."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from caption_parser.evaluation.evaluate import compare_classes
from caption_parser.evaluation.metrics import Averages, ClassCounts, count, macro, micro
from caption_parser.evaluation.predictions import Predictions, check_overlap, read_predictions
from caption_parser.evaluation.records import ClassDifference
from caption_parser.evaluation.truth import GroundTruth
from caption_parser.report.pictures import Pictures
from caption_parser.report.tally import Reservoirs
from shared_runtime.coco import ImageId
from shared_runtime.html_page.evidence import (
    CaptionEvidence,
    Example,
    ImageView,
    Names,
    caption_evidence,
    class_name,
    examples,
    image_view,
)
from shared_schemas import DOUBTS, ImageLabels, LabelSpace

WORST_IMAGES = 20
EXAMPLES_PER_ERROR = 2


@dataclass(frozen=True, slots=True)
class ImageErrors:
    """A record with the classes that it misses and those that it has too many of."""

    record: ImageLabels
    missed: tuple[int, ...]
    extra: tuple[int, ...]


@dataclass(order=True, slots=True)
class _Ranked:
    errors: int
    order: int
    found: ImageErrors = field(compare=False)


@dataclass(frozen=True, slots=True)
class TruthFindings:
    """How the labels compare with the truth."""

    counts: Mapping[int, ClassCounts]
    macro: Averages
    micro: Averages
    images: int
    differences: tuple[ClassDifference, ...]
    """IoU of each class minus that of another label file, the largest first; (): there is none."""


class TruthTally:
    """Collects predictions and errors record by record; images beyond the truth are left out."""

    def __init__(self, truth: GroundTruth, label_space: LabelSpace, seed: int) -> None:
        self._truth = truth
        self._label_space = label_space
        self._predicted: dict[ImageId, frozenset[int]] = {}
        self._heap: list[_Ranked] = []
        self._missed: Reservoirs[int, CaptionEvidence] = Reservoirs(EXAMPLES_PER_ERROR, seed, "missed")
        self._extra: Reservoirs[int, CaptionEvidence] = Reservoirs(EXAMPLES_PER_ERROR, seed, "extra")

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        predicted = frozenset(label.id for label in record.foreground)
        self._predicted[record.image_id] = predicted
        truth = self._truth.classes.get(self._truth.id_of(record.image_id))
        if truth is None:
            return
        missed, extra = tuple(sorted(truth - predicted)), tuple(sorted(predicted - truth))
        for label in missed:
            self._missed.offer(label, partial(caption_evidence, record, 0))
        for mention in record.mentions:
            if mention.label in extra and DOUBTS.isdisjoint(mention.flags):
                self._extra.offer(mention.label, partial(caption_evidence, record, mention.caption, mention))
        if missed or extra:
            ranked = _Ranked(len(missed) + len(extra), -len(self._predicted), ImageErrors(record, missed, extra))
            push = heapq.heappush if len(self._heap) < WORST_IMAGES else heapq.heappushpop
            push(self._heap, ranked)

    def worst_images(self) -> tuple[ImageErrors, ...]:
        """The images with the most wrong classes, the worst first; of equal ones, the first in the file."""
        return tuple(ranked.found for ranked in sorted(self._heap, reverse=True))

    def missed(self, label: int) -> tuple[CaptionEvidence, ...]:
        """First captions of images that show the class and did not get it."""
        return self._missed.sample(label)

    def extra(self, label: int) -> tuple[CaptionEvidence, ...]:
        """Mentions that gave the class to images that do not show it."""
        return self._extra.sample(label)

    def findings(self, labels: Path, against: Path | None = None) -> TruthFindings:
        """The scores of `labels`, all of whose records were added, and the differences to `against`.

        Raises `InputError` if the files do not belong together.
        """
        counts = self._counts(labels, Predictions(self._predicted, self._label_space.reference))
        differences: tuple[ClassDifference, ...] = ()
        if against is not None:
            others = self._counts(against, read_predictions(against, self._label_space))
            names = {label.id: label.name for label in self._label_space.classes}
            differences = compare_classes(counts, others, names)
        scores = counts.values()
        return TruthFindings(counts, macro(scores), micro(scores), len(self._truth.classes), differences)

    def _counts(self, path: Path, predictions: Predictions) -> dict[int, ClassCounts]:
        truth = self._truth
        matched = predictions.matched_to(truth)
        check_overlap(path, matched, truth.classes)
        return count(truth.classes, matched.classes, truth.class_ids, truth.pixels)


WORST_CLASSES = 12
SHOWN_DIFFERENCE = 0.0005
"""What three digits can show."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A class against ground truth."""

    name: str
    counts: ClassCounts
    missed: tuple[Example, ...]
    extra: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class DifferenceBar:
    """A class in two label files; `percent` of the largest absolute difference."""

    name: str
    difference: float
    percent: float


@dataclass(frozen=True, slots=True)
class TruthContent:
    """The part of the page about ground truth."""

    findings: TruthFindings
    worst: tuple[ScoreRow, ...]
    classes: tuple[ScoreRow, ...]
    images: tuple[ImageView, ...]
    differences: tuple[DifferenceBar, ...]


def truth_content(found: TruthTally, findings: TruthFindings, names: Names, pictures: Pictures) -> TruthContent:
    """The classes with the lowest IoU first; those that do not occur are left out."""
    rows = [
        ScoreRow(
            class_name(label, names),
            counts,
            examples(found.missed(label), names),
            examples(found.extra(label), names),
        )
        for label, counts in findings.counts.items()
        if counts.occurs
    ]
    worst_first = sorted(rows, key=lambda row: (row.counts.iou or 0.0, row.name))
    largest = max((abs(row.difference) for row in findings.differences), default=0.0) or 1.0
    return TruthContent(
        findings=findings,
        worst=tuple(worst_first[:WORST_CLASSES]),
        classes=tuple(worst_first),
        images=tuple(
            image_view(
                errors.record,
                names,
                missed=tuple(class_name(label, names) for label in errors.missed),
                extra=tuple(class_name(label, names) for label in errors.extra),
                picture=pictures.source(errors.record),
            )
            for errors in found.worst_images()
        ),
        differences=tuple(
            DifferenceBar(row.name, row.difference, 100 * abs(row.difference) / largest)
            for row in findings.differences
            if abs(row.difference) >= SHOWN_DIFFERENCE
        ),
    )
