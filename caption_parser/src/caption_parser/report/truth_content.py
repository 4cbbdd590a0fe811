"""What the page shows of a comparison with ground truth: the worst classes and images first."""

from dataclasses import dataclass

from caption_parser.evaluation.metrics import ClassCounts
from caption_parser.report.evidence import Names, class_name
from caption_parser.report.truth_tally import TruthFindings, TruthTally
from caption_parser.report.views import Example, ImageView, examples, image_view

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


def truth_content(found: TruthTally, findings: TruthFindings, names: Names) -> TruthContent:
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
            )
            for errors in found.worst_images()
        ),
        differences=tuple(
            DifferenceBar(row.name, row.difference, 100 * abs(row.difference) / largest)
            for row in findings.differences
            if abs(row.difference) >= SHOWN_DIFFERENCE
        ),
    )
