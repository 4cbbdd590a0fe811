"""Whether confidence ranks labels well (average precision) and means what it says (reliability)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TypeVar

import numpy as np

from caption_parser.evaluation.records import Reliability, ReliabilityBin
from shared_runtime.ranking import average_precision

ImageT = TypeVar("ImageT", bound=Hashable)


def average_precisions(
    truth: Mapping[ImageT, Set[int]],
    confidences: Mapping[ImageT, Mapping[int, float]],
    class_ids: Iterable[int],
) -> dict[int, float | None]:
    """The average precision of each of `class_ids` over all images of `truth`, None where it occurs in none.

    `confidences`: image → class id → confidence in (0, 1]. An image that lacks the class scores 0 for it, as
    what was never named must: such images share the last place.
    """
    index = {image: number for number, image in enumerate(truth)}
    showing: defaultdict[int, list[int]] = defaultdict(list)
    for image, present in truth.items():
        for label in present:
            showing[label].append(index[image])
    scored: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for image in truth.keys() & confidences.keys():
        for label, confidence in confidences[image].items():
            scored[label].append((index[image], confidence))
    found: dict[int, float | None] = {}
    for label in class_ids:
        scores, relevant = np.zeros(len(index)), np.zeros(len(index), dtype=bool)
        relevant[showing[label]] = True
        for number, confidence in scored[label]:
            scores[number] = confidence
        found[label] = average_precision(scores, relevant)
    return found


BINS = 10


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

    `judged`: confidence in [0, 1] and whether the label is right.
    """
    bins = confidence_bins(judged)
    labels = sum(found.labels for found in bins)
    if not labels:
        return None
    return Reliability(
        labels=labels,
        mean_confidence=sum(b.labels * b.mean_confidence for b in bins) / labels,
        correct=sum(b.labels * b.correct for b in bins) / labels,
        expected_calibration_error=expected_calibration_error(bins),
        bins=bins,
    )


def confidence_bins(judged: Iterable[tuple[float, bool]]) -> tuple[ReliabilityBin, ...]:
    """Labels by their confidence, in bins of equal widths; empty ones are left out.

    Each bin holds its lower bound, the last one its upper bound too.
    """
    members: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        members[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return tuple(_bin(number, found) for number, found in enumerate(members) if found)


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Guo et al. 2017, On Calibration of Modern Neural Networks, Eq. 3, of one bin or more."""
    labels = sum(found.labels for found in bins)
    return sum(b.labels * abs(b.correct - b.mean_confidence) for b in bins) / labels


def _bin(number: int, members: list[tuple[float, bool]]) -> ReliabilityBin:
    return ReliabilityBin(
        low=number / BINS,
        high=(number + 1) / BINS,
        labels=len(members),
        mean_confidence=sum(confidence for confidence, _ in members) / len(members),
        correct=sum(right for _, right in members) / len(members),
    )
