"""From a confusion matrix to IoU, precision and recall: per class, then averaged over classes.

A ratio whose denominator is zero is NaN: undefined. Never is anything averaged over images.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ratios = npt.NDArray[np.float64]
"""Shape (n_classes,), in [0, 1] or NaN."""


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


def _ratio(numerator: Ratios, denominator: Ratios) -> Ratios:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


def _mean(values: Ratios) -> float:
    return float(values.mean()) if values.size else float("nan")
