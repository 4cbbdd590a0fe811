"""`fit_calibration`: how likely a label is right, learned from images with ground truth."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from caption_parser.calibration.evidence import FEATURES, record_evidence
from caption_parser.calibration.logistic import Matrix, Vector, fit_logistic, probabilities
from caption_parser.calibration.records import LOWEST, Calibration, ConfidenceScores, CrossValidation, Training
from caption_parser.evaluation.confidence import (
    average_precisions,
    confidence_bins,
    expected_calibration_error,
    judged_labels,
)
from caption_parser.evaluation.metrics import mean
from caption_parser.evaluation.truth import GroundTruth, read_ground_truth
from caption_parser.runs.files_read import files_of_label_space
from shared_runtime.coco import ImageId
from shared_runtime.compatibility import check_label_space
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import check_output, reading
from shared_schemas import Kind, LabelSpace, load_label_space, read_labels
from shared_schemas.files import replace_file


@dataclass(frozen=True, slots=True)
class Examples:
    """N labels of images in the truth, each with its evidence and whether it is right."""

    images: Sequence[ImageId]
    """Of each label, as the truth writes it; (N,)."""
    classes: Sequence[int]
    """Class ids; (N,)."""
    evidence: Matrix
    """Shape (N, features), in the order of `evidence.FEATURES`."""
    confidences: Vector | None
    """In the file, in [0, 1]; (N,). None: not every label has one."""
    right: Vector
    """1.0 where the truth shows the class, else 0.0; (N,)."""
    label_space: str
    """The label space that the records name, with its hash."""

    def by_image(self, confidences: Vector) -> Mapping[ImageId, Mapping[int, float]]:
        """Image → class id → one of `confidences`, (N,)."""
        found: defaultdict[ImageId, dict[int, float]] = defaultdict(dict)
        for image, label, confidence in zip(self.images, self.classes, confidences, strict=True):
            found[image][label] = float(confidence)
        return found


def read_examples(path: Path, truth: GroundTruth, label_space: LabelSpace) -> Examples:
    """The foreground labels of the images and classes that `truth` judges.

    Raises `InputError` for a file that cannot be read, comes from another label space, names an image twice, or
    has no label to judge, and `RecordError` at a line that is not a record.
    """
    judged_classes = frozenset(truth.class_ids)
    seen: set[ImageId] = set()
    rows: list[tuple[ImageId, int, tuple[float, ...], float | None]] = []
    made_with = ""
    with reading(path):
        for number, record in enumerate(read_labels(path), 1):
            check_label_space(record, label_space, f"{path}:{number}", kinds=(Kind.FOREGROUND,))
            image = truth.id_of(record.image_id)
            if image in seen:
                raise InputError(
                    f"{path}:{number}: got a second record of image {image!r}, expected one per image"
                )
            seen.add(image)
            made_with = record.label_space
            if image in truth.classes:
                evidence = record_evidence(record)
                rows += [
                    (image, label.id, evidence[label.id], label.confidence)
                    for label in record.foreground
                    if label.id in judged_classes
                ]
    if not rows:
        raise InputError(
            f"{path}: got no foreground label of an image in the truth (image ids such as "
            f"{next(iter(truth.classes))!r}), expected labels of its images"
        )
    images, classes, evidence_rows, confidences = zip(*rows, strict=True)
    return Examples(
        images=images,
        classes=classes,
        evidence=np.array(evidence_rows, dtype=np.float64),
        confidences=None if None in confidences else np.array(confidences, dtype=np.float64),
        right=np.array([label in truth.classes[image] for image, label, *_ in rows], dtype=np.float64),
        label_space=made_with,
    )


def image_folds(images: Sequence[ImageId], folds: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The fold of each entry, in [0, folds): the same for all entries of an image, whatever their order.

    Images are dealt out in the order of a checksum of their ids, so that folds differ by one image at most.
    """
    ordered = sorted(set(images), key=lambda image: (zlib.crc32(str(image).encode()), str(image)))
    fold = {image: number % folds for number, image in enumerate(ordered)}
    return np.array([fold[image] for image in images], dtype=np.int64)


_INTERCEPT_PENALTY = 0.01
_PENALTY = 1.0
"""The prior of the weights is normal with variance 1 / penalty; features and offsets share the scale."""


def fit_calibration(
    labels: Path,
    truth: Path,
    output: Path,
    *,
    label_space: str | Path = "coco",
    include_crowd: bool = True,
    folds: int = 5,
    overwrite: bool = False,
) -> Calibration:
    """Fits a calibration to the foreground labels of `labels`, writes it to `output` and returns it.

    The model is fitted on all images; its scores are those of `folds` other models, each on the images that it
    has not seen. `include_crowd`: crowd regions show their class as well. `overwrite`: replace `output`.

    Raises `InputError` for files that cannot be read or do not belong together, `RecordError` for a line of the
    label file, `LabelSpaceError` for the label space, `UsageError` for the other options.
    """
    read = {"the label file": labels, "the ground truth": truth} | files_of_label_space(label_space)
    check_output(output, read, overwrite=overwrite)
    if folds < 2:
        raise UsageError(f"got {folds} folds, expected 2 or more")
    space = load_label_space(label_space)
    ground_truth = read_ground_truth(truth, space, include_crowd=include_crowd)
    examples = read_examples(labels, ground_truth, space)
    images = len(set(examples.images))
    if images < folds:
        raise InputError(
            f"{labels}: got {images} images with labels to judge, expected one for each of {folds} folds"
        )
    classes = tuple(sorted(set(examples.classes)))
    design = design_matrix(examples, classes)
    weights = _fit(design, examples.right)
    features, offsets = weights[1 : 1 + len(FEATURES)], weights[1 + len(FEATURES) :]
    calibration = Calibration(
        training=Training(
            labels=str(labels),
            truth=str(truth),
            include_crowd=include_crowd,
            label_space=examples.label_space,
            images=images,
            judged_labels=len(examples.right),
            correct=float(examples.right.mean()),
        ),
        cross_validation=cross_validate(examples, design, ground_truth, folds),
        intercept=float(weights[0]),
        weights={feature.name: float(w) for feature, w in zip(FEATURES, features, strict=True)},
        class_offsets={space.by_id[c].name: float(w) for c, w in zip(classes, offsets, strict=True)},
    )
    replace_file(output, calibration.model_dump_json(indent=1).encode() + b"\n")
    return calibration


def design_matrix(examples: Examples, classes: Sequence[int]) -> Matrix:
    """A column of ones, the evidence, and a column per class that is 1 where the label is of it."""
    ones = np.ones((len(examples.right), 1))
    of_class = np.equal.outer(np.array(examples.classes), np.array(classes)).astype(np.float64)
    return np.hstack([ones, examples.evidence, of_class])


def cross_validate(examples: Examples, design: Matrix, truth: GroundTruth, folds: int) -> CrossValidation:
    """Scores of the confidence in the file and of that by models fitted without the label's image."""
    fold = image_folds(examples.images, folds)
    held_out = np.empty(len(examples.right))
    for number in range(folds):
        own = fold == number
        held_out[own] = probabilities(design[own], _fit(design[~own], examples.right[~own]))
    before = examples.confidences
    return CrossValidation(
        folds=folds,
        before=None if before is None else _scores(examples, before, truth),
        after=_scores(examples, held_out, truth),
    )


def _fit(design: Matrix, right: Vector) -> Vector:
    classes = design.shape[1] - 1 - len(FEATURES)
    signs = np.array([0, *(feature.sign for feature in FEATURES), *[0] * classes], dtype=np.float64)
    penalty = np.full(design.shape[1], _PENALTY)
    penalty[0] = _INTERCEPT_PENALTY
    return fit_logistic(design, right, penalty, signs)


def _scores(examples: Examples, confidences: Vector, truth: GroundTruth) -> ConfidenceScores:
    bounded = confidences.clip(LOWEST, 1.0 - LOWEST)
    by_image = examples.by_image(bounded)
    bins = confidence_bins(judged_labels(truth.classes, by_image, frozenset(truth.class_ids)))
    ranking = average_precisions(truth.classes, by_image, truth.class_ids)
    likelihood = np.where(examples.right > 0, bounded, 1.0 - bounded)
    return ConfidenceScores(
        log_loss=float(-np.log(likelihood).mean()),
        expected_calibration_error=expected_calibration_error(bins),
        average_precision=mean(ranking.values()),
    )
