"""`fit_calibration`: how likely a label is right, learned from images with ground truth."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from caption_parser.calibration.evidence import FEATURES
from caption_parser.calibration.examples import Examples, image_folds, read_examples
from caption_parser.calibration.logistic import Matrix, Vector, fit_logistic, probabilities
from caption_parser.calibration.records import LOWEST, Calibration, ConfidenceScores, CrossValidation, Training
from caption_parser.evaluation.metrics import mean
from caption_parser.evaluation.ranking import average_precisions
from caption_parser.evaluation.reliability import judged_labels, reliability
from caption_parser.evaluation.truth import GroundTruth, read_ground_truth
from caption_parser.runs.options import check_output
from caption_parser.runs.output import replace_file
from shared_runtime.errors import InputError, UsageError
from shared_schemas import load_label_space

_INTERCEPT_PENALTY = 0.01
_PENALTY = 1.0
"""Weights are taken to be normal with variance 1 / penalty beforehand; features and offsets share the scale."""


def fit_calibration(
    labels: Path,
    truth: Path,
    output: Path,
    *,
    label_space: str | Path = "coco",
    include_crowd: bool = True,
    folds: int = 5,
) -> Calibration:
    """Fits a calibration to the foreground labels of `labels`, writes it to `output` and returns it.

    The model is fitted on all images; its scores are those of `folds` other models, each on the images that it
    has not seen. `include_crowd`: crowd regions show their class as well.

    Raises `InputError` for files that cannot be read or do not belong together, `RecordError` for a line of the
    label file, `LabelSpaceError` for the label space, `UsageError` for the other options.
    """
    check_output(output, {"the label file": labels, "the ground truth": truth})
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
    calibration = reliability(judged_labels(truth.classes, by_image, frozenset(truth.class_ids)))
    assert calibration is not None, "there are examples"
    ranking = average_precisions(truth.classes, by_image, truth.class_ids)
    likelihood = np.where(examples.right > 0, bounded, 1.0 - bounded)
    return ConfidenceScores(
        log_loss=float(-np.log(likelihood).mean()),
        expected_calibration_error=calibration.expected_calibration_error,
        average_precision=mean(ranking.values()),
    )
