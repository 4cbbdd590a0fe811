"""Whether confidence means what it says: of the labels that are 80 % sure, 80 % should be right."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from typing import TypeVar

from caption_parser.evaluation.records import Reliability, ReliabilityBin

BINS = 10
ImageT = TypeVar("ImageT", bound=Hashable)


def judged_labels(
    truth: Mapping[ImageT, Set[int]],
    confidences: Mapping[ImageT, Mapping[int, float]],
    class_ids: Set[int],
) -> Iterator[tuple[float, bool]]:
    """The confidence of every label of the images and classes of the truth, and whether it is right."""
    for image, present in truth.items():
        for label, confidence in confidences.get(image, {}).items():
            if label in class_ids:
                yield confidence, label in present


def reliability(judged: Iterable[tuple[float, bool]]) -> Reliability | None:
    """The share of right labels by confidence, and the expected calibration error; None without labels.

    `judged`: confidence in [0, 1] and whether the label is right. The bins have equal widths (Guo et al. 2017, On
    Calibration of Modern Neural Networks, Eq. 3); each holds its lower bound, the last one its upper bound too.
    """
    members: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        members[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = tuple(_bin(number, found) for number, found in enumerate(members) if found)
    labels = sum(found.labels for found in bins)
    if not labels:
        return None
    return Reliability(
        labels=labels,
        mean_confidence=sum(b.labels * b.mean_confidence for b in bins) / labels,
        correct=sum(b.labels * b.correct for b in bins) / labels,
        expected_calibration_error=sum(b.labels * abs(b.correct - b.mean_confidence) for b in bins) / labels,
        bins=bins,
    )


def _bin(number: int, members: list[tuple[float, bool]]) -> ReliabilityBin:
    return ReliabilityBin(
        low=number / BINS,
        high=(number + 1) / BINS,
        labels=len(members),
        mean_confidence=sum(confidence for confidence, _ in members) / len(members),
        correct=sum(right for _, right in members) / len(members),
    )
