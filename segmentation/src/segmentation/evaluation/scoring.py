"""Masks of a folder counted against ground truth, in this process or in several."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from segmentation.data.masks import IndexMask, mask_path, read_index_mask
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.metrics import ConfusionMatrix
from segmentation.evaluation.records import BadMask, Missing
from segmentation.evaluation.transfer import ClassTransfer
from shared_runtime.errors import InputError
from shared_runtime.workers import map_ordered

_IMAGES_PER_TASK = 64


@dataclass(slots=True)
class Score:
    """What was counted over some images."""

    matrix: ConfusionMatrix
    images: int = 0
    """All images of the truth that were looked at."""
    scored: int = 0
    without_mask: int = 0
    bad_masks: list[BadMask] = field(default_factory=list)
    bad_truth: list[BadMask] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        self.matrix += other.matrix
        self.images += other.images
        self.scored += other.scored
        self.without_mask += other.without_mask
        self.bad_masks += other.bad_masks
        self.bad_truth += other.bad_truth
        return self


def read_prediction(folder: Path, key: str, n_classes: int, transfer: ClassTransfer | None) -> IndexMask:
    """The mask of an image in the truth's `n_classes` classes. Raises InputError if it cannot be read."""
    if transfer is None:
        return read_index_mask(mask_path(folder, key), n_classes)
    return transfer(read_index_mask(mask_path(folder, key), transfer.n_classes))


def score_masks(truth: Truth, folder: Path, missing: Missing, transfer: ClassTransfer | None) -> Score:
    """Counts the masks of `folder` against all of `truth`; what is wrong with one image costs that image.

    `transfer`: where the masks' classes are not those of the truth.
    """
    score = Score(ConfusionMatrix(len(truth.class_names)))
    for key in truth.keys():  # noqa: SIM118  a truth is no mapping
        score.images += 1
        try:
            true = truth.mask(key)
        except InputError as error:
            score.bad_truth.append(BadMask(key=key, reason=str(error)))
            continue
        predicted = _prediction(folder, key, true, score, transfer)
        if predicted is None:
            if missing is Missing.SKIP:
                continue
            predicted = np.zeros_like(true)
        score.matrix.update(true, predicted)
        score.scored += 1
    return score


def _prediction(
    folder: Path, key: str, true: IndexMask, score: Score, transfer: ClassTransfer | None
) -> IndexMask | None:
    """The mask to score, or None once `score` tells why there is none."""
    path = mask_path(folder, key)
    if not path.is_file():
        score.without_mask += 1
        return None
    try:
        predicted = read_prediction(folder, key, score.matrix.n_classes, transfer)
    except InputError as error:
        score.bad_masks.append(BadMask(key=key, reason=str(error)))
        return None
    if predicted.shape != true.shape:
        sizes = f"got {_size(predicted)} pixels, expected {_size(true)}, the size of the image in the truth"
        score.bad_masks.append(BadMask(key=key, reason=f"{path}: {sizes}"))
        return None
    return predicted


def scores_in_parts(
    folder: Path, truth: Truth, missing: Missing, processes: int, transfer: ClassTransfer | None = None
) -> Iterator[Score]:
    """`score_masks` of parts of `truth`, in their order, worked on by `processes` processes.

    Raises `CapparseError` where a worker process dies.
    """
    keys = truth.keys()
    parts = [keys[start : start + _IMAGES_PER_TASK] for start in range(0, len(keys), _IMAGES_PER_TASK)]
    return map_ordered(
        partial(score_masks, folder=folder, missing=missing, transfer=transfer),
        map(truth.restricted_to, parts),
        processes=min(processes, len(parts)),
        # Not forked: the caller may have imported torch, whose threads do not survive that.
        method="spawn",
    )


def _size(mask: IndexMask) -> str:
    height, width = mask.shape
    return f"{width} x {height}"
