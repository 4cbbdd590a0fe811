"""Labels of a label file beside the truth about their images: what a calibration is fitted on."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from caption_parser.calibration.evidence import record_evidence
from caption_parser.calibration.logistic import Matrix, Vector
from caption_parser.evaluation.predictions import truth_ids
from caption_parser.evaluation.truth import GroundTruth
from shared_runtime.coco import ImageId
from shared_runtime.compatibility import check_label_space
from shared_runtime.errors import InputError
from shared_schemas import Kind, LabelSpace, read_labels


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
    has no label to judge, and `RecordError` at a line that is no record.
    """
    match = truth_ids(truth.classes)
    judged_classes = frozenset(truth.class_ids)
    seen: set[ImageId] = set()
    rows: list[tuple[ImageId, int, tuple[float, ...], float | None]] = []
    made_with = ""
    try:
        for number, record in enumerate(read_labels(path), 1):
            check_label_space(record, label_space, f"{path}:{number}", kinds=(Kind.FOREGROUND,))
            image = match(record.image_id)
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
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
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
