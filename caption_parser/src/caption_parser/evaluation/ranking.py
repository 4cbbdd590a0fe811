"""How well confidence ranks the images of a class: average precision, the usual score of image-level labels."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

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


def average_precision(scores: ArrayLike, relevant: ArrayLike) -> float | None:
    """The area under the precision-recall curve as a step function; None if nothing is relevant.

    Shape: `scores` (N,), any numbers; `relevant` (N,), booleans.

    The sum over the distinct scores s, from the highest on, of precision(s) times the gain in recall at s, where
    all items that score s or more count as retrieved. Equal scores so enter together, whatever the order of the
    items: scikit-learn's `average_precision_score` is defined in the same way.
    """
    values, group = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    gained = np.bincount(group, weights=np.asarray(relevant, dtype=np.float64), minlength=len(values))[::-1]
    retrieved = np.bincount(group, minlength=len(values))[::-1].cumsum()
    total = gained.sum()
    if not total:
        return None
    return float((gained / total * (gained.cumsum() / retrieved)).sum())
