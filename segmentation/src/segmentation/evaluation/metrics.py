"""One confusion matrix over a whole set of masks, and the IoU, precision and recall that follow from it.

Ratios are per class, then averaged over classes, never over images. Where the denominator is zero they are NaN:
undefined.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from segmentation.data.masks import IGNORE_INDEX, IndexMask, stray_value

Counts = npt.NDArray[np.int64]
Ratios = npt.NDArray[np.float64]
"""Shape (n_classes,), in [0, 1] or NaN."""


class ConfusionMatrix:
    """Counts pixels by true and predicted class.

    Pixels that the truth ignores (255) are left out. Pixels for which a prediction abstains (255) are counted in a
    column of their own: leaving them out would reward abstaining wherever it is hard.
    """

    def __init__(self, n_classes: int) -> None:
        """`n_classes` includes background, class 0; at most 255."""
        if not 1 <= n_classes <= IGNORE_INDEX:
            raise ValueError(f"got {n_classes} classes, expected 1 to {IGNORE_INDEX}, background included")
        self.n_classes = n_classes
        self._pairs = np.zeros((256, 256), dtype=np.int64)

    def update(self, truth: IndexMask, prediction: IndexMask) -> None:
        """Takes in one image: two masks of one shape (H, W).

        Raises `ValueError` for masks of different shapes or with values that are neither a class nor 255; nothing
        is counted then.
        """
        if truth.shape != prediction.shape:
            raise ValueError(f"got a mask of shape {prediction.shape}, expected {truth.shape}, as the truth's")
        true, predicted, lengths = _runs(truth.ravel(), prediction.ravel())
        for name, values in (("truth", true), ("prediction", predicted)):
            stray = stray_value(values, self.n_classes)
            if stray is not None:
                raise ValueError(f"got the value {stray} in the {name}, expected 0 to {self.n_classes - 1} or 255")
        np.add.at(self._pairs.reshape(-1), true.astype(np.intp) * 256 + predicted, lengths)

    @property
    def counts(self) -> Counts:
        """Pixels, shape (n_classes, n_classes + 1): rows true, columns predicted, the last one abstained."""
        known = self._pairs[: self.n_classes]
        return np.concatenate([known[:, : self.n_classes], known[:, IGNORE_INDEX:]], axis=1)

    @property
    def ignored(self) -> int:
        """Pixels that the truth ignores."""
        return int(self._pairs[IGNORE_INDEX].sum())

    @property
    def abstained(self) -> int:
        """Pixels with a class in the truth and 255 in the prediction."""
        return int(self.counts[:, -1].sum())

    def __iadd__(self, other: Self) -> Self:
        """Adds the counts of other images."""
        if other.n_classes != self.n_classes:
            raise ValueError(f"got a matrix of {other.n_classes} classes, expected {self.n_classes}")
        self._pairs += other._pairs
        return self


@dataclass(frozen=True, slots=True)
class SegmentationMetrics:
    """Ratios per class, background first, and their means."""

    iou: Ratios
    """TP / (TP + FP + FN); NaN: neither in the truth nor predicted."""
    precision: Ratios
    """TP / (TP + FP); NaN: never predicted."""
    recall: Ratios
    """TP / (TP + FN); NaN: not in the truth."""
    in_truth: npt.NDArray[np.bool_]
    """Whether a class has a pixel in the truth."""

    @property
    def miou(self) -> float:
        """Mean IoU over the classes that are in the truth."""
        return _mean(self.iou[self.in_truth])

    @property
    def miou_with_absent(self) -> float:
        """Mean IoU over all classes; one that is neither in the truth nor predicted counts 0."""
        return _mean(np.nan_to_num(self.iou))

    @property
    def mean_precision(self) -> float:
        """Over the classes in the truth; one that was never predicted counts 0: silence earns nothing."""
        return _mean(np.nan_to_num(self.precision[self.in_truth]))

    @property
    def mean_recall(self) -> float:
        """Over the classes in the truth."""
        return _mean(self.recall[self.in_truth])


def segmentation_metrics(counts: npt.NDArray[np.int64]) -> SegmentationMetrics:
    """The metrics of `ConfusionMatrix.counts`, shape (n_classes, n_classes + 1): rows true, columns predicted.

    Pixels of the last column, where the prediction abstained, are missed and not mistaken: false negatives of
    their class, false positives of none.
    """
    n_classes = len(counts)
    true_positive = np.diagonal(counts).astype(np.float64)
    in_truth = counts.sum(axis=1).astype(np.float64)
    predicted = counts[:, :n_classes].sum(axis=0).astype(np.float64)
    return SegmentationMetrics(
        iou=_ratio(true_positive, in_truth + predicted - true_positive),
        precision=_ratio(true_positive, predicted),
        recall=_ratio(true_positive, in_truth),
        in_truth=in_truth > 0,
    )


def _runs(truth: IndexMask, prediction: IndexMask) -> tuple[IndexMask, IndexMask, Counts]:
    """Stretches of equal pairs: their true values, predicted values and lengths.

    Masks are made of regions: a row crosses few borders, so that counting runs touches each pixel only in a
    vectorised comparison of bytes.
    """
    if not truth.size:
        return truth, prediction, np.zeros(0, dtype=np.int64)
    border = (truth[1:] != truth[:-1]) | (prediction[1:] != prediction[:-1])
    starts = np.concatenate([[0], np.flatnonzero(border) + 1])
    return truth[starts], prediction[starts], np.diff(starts, append=truth.size)


def _ratio(numerator: Ratios, denominator: Ratios) -> Ratios:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


def _mean(values: Ratios) -> float:
    return float(values.mean()) if values.size else float("nan")
