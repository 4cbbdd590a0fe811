"""How well scores rank what is relevant before what is not."""

import numpy as np
from numpy.typing import ArrayLike


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
