"""Masks of a folder counted against ground truth, in this process or in several."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from segmentation.data.masks import IndexMask, read_index_mask
from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.metrics import ConfusionMatrix
from segmentation.evaluation.records import BadMask, Missing
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


class Part(NamedTuple):
    """Some images of a truth, and the masks that there are of them."""

    truth: Truth
    masks: Mapping[str, Path]


def read_prediction(path: Path, n_classes: int, transfer: ClassTransfer | None) -> IndexMask:
    """The mask of an image in the truth's `n_classes` classes. Raises InputError if it cannot be read."""
    if transfer is None:
        return read_index_mask(path, n_classes)
    return transfer(read_index_mask(path, transfer.n_classes))


def score_masks(part: Part, missing: Missing, transfer: ClassTransfer | None) -> Score:
    """Counts masks against their truth; what is wrong with one image costs that image.

    `transfer`: where the masks' classes are not those of the truth.
    """
    score = Score(ConfusionMatrix(len(part.truth.class_names)))
    for key in part.truth.keys():  # noqa: SIM118  a truth is no mapping
        score.images += 1
        try:
            true = part.truth.mask(key)
        except InputError as error:
            score.bad_truth.append(BadMask(key=key, reason=str(error)))
            continue
        predicted = _prediction(part.masks.get(key), key, true, score, transfer)
        if predicted is None:
            if missing is Missing.SKIP:
                continue
            predicted = np.zeros_like(true)
        score.matrix.update(true, predicted)
        score.scored += 1
    return score


def _prediction(
    path: Path | None, key: str, true: IndexMask, score: Score, transfer: ClassTransfer | None
) -> IndexMask | None:
    """The mask to score, or None once `score` tells why there is none."""
    if path is None:
        score.without_mask += 1
        return None
    try:
        predicted = read_prediction(path, score.matrix.n_classes, transfer)
    except InputError as error:
        score.bad_masks.append(BadMask(key=key, reason=str(error)))
        return None
    if predicted.shape != true.shape:
        sizes = f"got {_size(predicted)} pixels, expected {_size(true)}, the size of the image in the truth"
        score.bad_masks.append(BadMask(key=key, reason=f"{path}: {sizes}{rotation_hint(predicted, true)}"))
        return None
    return predicted


def scores_in_parts(
    masks: Mapping[str, Path],
    truth: Truth,
    missing: Missing,
    processes: int,
    transfer: ClassTransfer | None = None,
) -> Iterator[Score]:
    """`score_masks` of parts of `truth`, in their order, worked on by `processes` processes; `masks`: by key.

    Raises `CapparseError` where a worker process dies.
    """
    keys = truth.keys()
    parts = [keys[start : start + _IMAGES_PER_TASK] for start in range(0, len(keys), _IMAGES_PER_TASK)]
    return map_ordered(
        partial(score_masks, missing=missing, transfer=transfer),
        (Part(truth.restricted_to(part), {key: masks[key] for key in part if key in masks}) for part in parts),
        processes=min(processes, len(parts)),
        # Not forked: the caller may have imported torch, whose threads do not survive that.
        method="spawn",
    )


def rotation_hint(predicted: IndexMask, true: IndexMask) -> str:
    """What to say of a mask and a truth of different sizes, if one is the other turned; or else nothing."""
    if predicted.shape != true.shape[::-1]:
        return ""
    return (
        ". One is the other turned: masks are upright, as the EXIF orientation of the image says, and the truth "
        "seems to be drawn on the pixels as they are stored. Store those upright (mogrify -auto-orient), and turn "
        "the truth"
    )


def _size(mask: IndexMask) -> str:
    height, width = mask.shape
    return f"{width} x {height}"
