"""Masks with how good they are, image by image: against a truth, or without one by what they cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segmentation.data.masks import IGNORE_INDEX, IndexMask, mask_files, read_index_mask
from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.matching import matched_masks
from segmentation.evaluation.metrics import ConfusionMatrix, segmentation_metrics
from segmentation.evaluation.scoring import read_prediction, rotation_hint
from shared_runtime.errors import InputError


@dataclass(frozen=True, slots=True)
class JudgedMask:
    """The mask of an image, (H, W), with its scores."""

    key: str
    predicted: IndexMask
    true: IndexMask | None
    """Of the same shape and classes; None: there is no truth."""
    scores: Mapping[int, float]
    """In [0, 1] by class id. With a truth, the IoU of each class that stands in either mask, background included;
    without one, the share of the image that each foreground class covers."""

    @property
    def score(self) -> float:
        """With a truth, the mean of the scores, 1 where all is ignored; without one, their sum."""
        if self.true is None:
            return sum(self.scores.values())
        return float(np.mean(list(self.scores.values()))) if self.scores else 1.0


@dataclass(frozen=True, slots=True)
class MaskSet:
    """The masks of a folder, and what they are compared with."""

    files: Mapping[str, Path]
    """By the keys of their images."""
    names: Sequence[str]
    """Of the classes, by mask value."""
    truth: Truth | None = None
    transfer: ClassTransfer | None = None
    """Where the masks' classes are not the truth's."""

    def judged(self, key: str) -> JudgedMask:
        """The mask of an image. Raises `InputError` where it, or its truth, cannot be read."""
        path, n_classes = self.files[key], len(self.names)
        if self.truth is None:
            mask = read_index_mask(path, n_classes)
            return JudgedMask(key, mask, None, covered(mask))
        predicted, true = read_prediction(path, n_classes, self.transfer), self.truth.mask(key)
        if predicted.shape != true.shape:
            raise InputError(f"{path}: the mask and its truth differ in size{rotation_hint(predicted, true)}")
        return JudgedMask(key, predicted, true, ious(true, predicted, n_classes))


def compared_masks(masks: Path, truth: Truth, transfer: ClassTransfer | None) -> MaskSet:
    """The masks of the images of a truth. Raises `InputError` where there is none."""
    return MaskSet(matched_masks(masks, truth.keys()).files, truth.class_names, truth, transfer)


def masks_alone(masks: Path, names: Sequence[str]) -> MaskSet:
    """All masks of a folder; values beyond `names` are `class 7`. Raises `InputError` where there is none."""
    files = mask_files(masks) if masks.is_dir() else {}
    if not files:
        got = "no file *.png" if masks.is_dir() else "no folder"
        raise InputError(f"{masks}: got {got}, expected a folder of masks <image stem>.png")
    return MaskSet(files, [*names, *(f"class {value}" for value in range(len(names), IGNORE_INDEX))])


def ious(true: IndexMask, predicted: IndexMask, n_classes: int) -> dict[int, float]:
    """IoU by class id, of the classes that stand in either mask (H, W), background included."""
    matrix = ConfusionMatrix(n_classes)
    matrix.update(true, predicted)
    ratios = segmentation_metrics(matrix.counts).iou
    return {class_id: float(ratios[class_id]) for class_id in np.flatnonzero(~np.isnan(ratios)).tolist()}


def covered(mask: IndexMask) -> dict[int, float]:
    """The share of the pixels of each foreground class in a mask (H, W)."""
    values, counts = np.unique(mask, return_counts=True)
    shares = dict(zip(values.tolist(), (counts / max(mask.size, 1)).tolist(), strict=True))
    return {class_id: share for class_id, share in shares.items() if class_id not in (0, IGNORE_INDEX)}
