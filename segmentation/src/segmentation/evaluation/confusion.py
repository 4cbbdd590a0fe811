"""One confusion matrix over a whole set of masks, filled image by image."""

from typing import Self

import numpy as np
import numpy.typing as npt

from segmentation.data.masks import IGNORE_INDEX, IndexMask, stray_value

Counts = npt.NDArray[np.int64]


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
