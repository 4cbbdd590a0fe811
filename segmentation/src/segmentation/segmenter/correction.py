"""Adaptive early-learning correction (Liu et al. 2022, "ADELE"): labels give way to what a network has learned.

A network learns what is right in noisy labels before it learns by heart what is wrong, each class in its own
time. How far its predictions on the training images agree with their labels rises fast and then levels off: from
there on, what it is sure of takes the place of a class's labels. Its authors' other part, consistency between
scales as a loss, is in `scales`.

Axis letters: E epochs, C classes with the background.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segmentation.data.masks import IGNORE_INDEX

_LEAST_EPOCHS = 3
"""As many as the curve has parameters."""
_WEIGHTS = (1.0, 100.0)
"""Of the first and the last epoch, geometric between them: the public code has deviations from 1 to .1."""
_ROUNDS, _STEPS = 6, 21
"""Of a grid over b and c that closes in on the best; a is then a division."""
_B, _C = (1e-3, 1e2), (1e-2, 1.0)


class Curve(NamedTuple):
    """f(t) = a (1 - exp(-b t^c)), 0 ≤ a ≤ 1, b > 0, 0 < c ≤ 1: it rises ever more slowly."""

    a: float
    b: float
    c: float

    def __call__(self, epoch: float) -> float:
        """f at an epoch, from 1 on."""
        return float(self.a * (1 - np.exp(-self.b * epoch**self.c)))

    def slope(self, epoch: float) -> float:
        """f' there."""
        return float(self.a * self.b * self.c * epoch ** (self.c - 1) * np.exp(-self.b * epoch**self.c))

    def flattening(self, epoch: float) -> float:
        """|f'(1) - f'(t)| / |f'(1)|: 0 at first, towards 1 as the curve levels off; 0 where it never rose."""
        first = self.slope(1)
        return abs(first - self.slope(epoch)) / first if first > 0 else 0.0


def fitted_curve(ious: Sequence[float]) -> Curve:
    """The curve nearest to the IoU in [0, 1] of epoch 1, 2, …, by weighted least squares; later epochs weigh more.

    Raises ValueError for fewer than 3 epochs.
    """
    if len(ious) < _LEAST_EPOCHS:
        raise ValueError(f"got {len(ious)} epochs, expected {_LEAST_EPOCHS} at least")
    epochs = np.arange(1, len(ious) + 1, dtype=np.float64)
    values, weights = np.asarray(ious, dtype=np.float64), np.geomspace(*_WEIGHTS, len(ious))
    low, high = (np.log([curve[side] for curve in (_B, _C)]) for side in (0, 1))
    best = Curve(0.0, 1.0, 1.0)
    for _ in range(_ROUNDS):
        logs_b, logs_c = (np.linspace(*ends, _STEPS) for ends in zip(low, high, strict=True))
        b, c = np.exp(logs_b)[:, None, None], np.exp(logs_c)[None, :, None]
        shapes = 1 - np.exp(-b * epochs**c)
        a = ((weights * shapes * values).sum(-1) / (weights * shapes**2).sum(-1)).clip(0, 1)
        errors = (weights * (a[..., None] * shapes - values) ** 2).sum(-1)
        row, column = np.unravel_index(errors.argmin(), errors.shape)
        best = Curve(float(a[row, column]), float(np.exp(logs_b[row])), float(np.exp(logs_c[column])))
        # Two steps to either side: the least of a curved valley may lie beside that of the grid.
        reach = 2 * (high - low) / (_STEPS - 1)
        middle = np.array([logs_b[row], logs_c[column]])
        low = np.maximum(middle - reach, np.log([_B[0], _C[0]]))
        high = np.minimum(middle + reach, np.log([_B[1], _C[1]]))
    return best


def learned(ious: NDArray[np.float64], least_flattening: float) -> NDArray[np.bool_]:
    """Which classes are learned, (C,), given their IoU after each epoch, (E, C), NaN where it was not seen."""
    found = np.zeros(ious.shape[1], dtype=np.bool_)
    for number, of_class in enumerate(ious.T):
        seen = of_class[~np.isnan(of_class)]
        if len(seen) >= _LEAST_EPOCHS:
            found[number] = fitted_curve(seen.tolist()).flattening(len(seen)) > least_flattening
    return found


def overlaps(labels: Tensor, predicted: Tensor, n_classes: int) -> Tensor:
    """Points of each class in both, and in either one: int64 [2 C], of points of any shape; 255 counts nowhere."""
    labelled = labels != IGNORE_INDEX
    labels, predicted = labels[labelled], predicted[labelled]
    of_labels, of_predicted, both = (
        torch.bincount(ids, minlength=n_classes) for ids in (labels, predicted, labels[labels == predicted])
    )
    return torch.stack([both, of_labels + of_predicted - both])


def confident(probabilities: Tensor, least: float) -> Tensor:
    """The likeliest class where it has more than `least`, else 255: [B C h w] → uint8 [B h w]."""
    best = probabilities.max(dim=1)
    return best.indices.masked_fill(best.values <= least, IGNORE_INDEX).to(torch.uint8)


def corrected(labels: Tensor, suggested: Tensor, classes: Tensor) -> Tensor:
    """Labels [B S S] in which `suggested` [B S S] (255: nothing) takes over, for the learned `classes` [C], bool.

    Such a class gives points to others, and takes points from others; unlabelled points stay so.
    """
    known = torch.cat([classes, classes.new_zeros(256 - len(classes))])
    touched = (known[labels.long()] | known[suggested.long()]) & (suggested != IGNORE_INDEX)
    return torch.where(touched & (labels != IGNORE_INDEX), suggested, labels)
