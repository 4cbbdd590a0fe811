"""`mask_report`: the worst masks of a folder beside their images, maps and truth."""

import heapq
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from segmentation.data.folders import ImageFolders
from segmentation.data.images import read_image
from segmentation.data.masks import IndexMask, palette
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.metrics import ConfusionMatrix, segmentation_metrics
from segmentation.evaluation.records import Missing
from segmentation.evaluation.scoring import read_prediction
from segmentation.evaluation.transfer import ClassTransfer
from segmentation.report.maps import MaskOrigin, mask_origin
from segmentation.report.page import ImageRow, Picture, coloured, data_uri, heat, page, thumbnail
from shared_runtime.errors import CapparseError, InputError, OutputError


class _Compared(NamedTuple):
    """A mask (H, W) beside the true one, of the same shape and classes."""

    score: float
    key: str
    predicted: IndexMask
    true: IndexMask


def mask_report(
    masks: Path,
    truth: Truth,
    output: Path,
    *,
    images: Sequence[Path] = (),
    masks_label_space: str | None = None,
    count: int = 40,
) -> int:
    """Write an HTML page about a folder of masks, with the `count` worst images; returns how many it shows.

    Images without a mask are left out. Maps are shown where the folder says how it was made, and the run, the
    images and the labels are still where they were; otherwise the page says why not, and images come from the
    folders `images`. Masks of another label space (`masks_label_space`) are shown in the truth's classes.
    Raises InputError as `evaluate` does, OutputError where the page cannot be written.
    """
    evaluation = evaluate(masks, truth, masks_label_space=masks_label_space, missing=Missing.SKIP)
    transfer = ClassTransfer.needed(masks_label_space, truth.label_space)
    notes: list[str] = []
    origin: MaskOrigin | None = None
    try:
        origin = mask_origin(masks)
    except (CapparseError, KeyError, ValueError) as error:
        notes.append(f"Without maps: {error}")
    if origin and origin.options.consensus:
        notes.append("The masks also follow what all images together say (--consensus); the maps shown do not.")
    folders = ImageFolders(images)
    rows = []
    for worst in heapq.nsmallest(count, _compared(masks, truth, transfer), key=attrgetter("score", "key")):
        try:
            rows.append(_row(worst, truth.class_names, origin, folders))
        except InputError as error:
            notes.append(f"Not shown: {error}")
    try:
        output.write_text(page(evaluation, rows, notes), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from error
    return len(rows)


def image_score(true: IndexMask, predicted: IndexMask, n_classes: int) -> float:
    """Mean IoU over the classes that stand in either mask (H, W), background included."""
    matrix = ConfusionMatrix(n_classes)
    matrix.update(true, predicted)
    ratios = segmentation_metrics(matrix.counts).iou
    known = ratios[~np.isnan(ratios)]
    return float(known.mean()) if known.size else 1.0


def _compared(masks: Path, truth: Truth, transfer: ClassTransfer | None) -> Iterator[_Compared]:
    n_classes = len(truth.class_names)
    for key in truth.keys():  # noqa: SIM118  a truth is no mapping
        try:
            predicted, true = read_prediction(masks, key, n_classes, transfer), truth.mask(key)
        except InputError:
            continue
        if predicted.shape == true.shape:
            yield _Compared(image_score(true, predicted, n_classes), key, predicted, true)


def _row(compared: _Compared, names: Sequence[str], origin: MaskOrigin | None, folders: ImageFolders) -> ImageRow:
    score, key, predicted, true = compared
    targets = origin.targets.get(key) if origin else None
    path = targets.path if targets else folders.find(None, key)
    pictures: list[Picture] = []
    if path is not None:
        image = read_image(path)
        small = thumbnail(image)
        pictures.append(Picture("image", data_uri(small, "JPEG")))
        if origin and targets:
            maps = origin.maps(image, targets)
            pictures += [
                Picture(caption, data_uri(heat(small, scores, maps.margin), "JPEG"))
                for caption, scores in (
                    ("class map", maps.classes),
                    ("compound map", maps.compounds),
                    ("background map", maps.background),
                )
            ]
    pictures += [
        Picture("mask", data_uri(coloured(predicted), "PNG")),
        Picture("truth", data_uri(coloured(true), "PNG")),
    ]
    present = np.union1d(np.unique(true), np.unique(predicted)).tolist()
    return ImageRow(
        key,
        score,
        [(names[class_id], _css(class_id)) for class_id in present if class_id < len(names)],
        _labels(targets, origin) if origin and targets else "",
        pictures,
    )


def _labels(targets: ImageTargets, origin: MaskOrigin) -> str:
    foreground = ", ".join(origin.class_names[class_id - 1] for class_id in targets.foreground)
    surroundings = f" and {len(targets.background)} of the background" if targets.background else ""
    return f"{foreground or 'no object'}{surroundings}"


def _css(class_id: int) -> str:
    return f"#{palette()[class_id].tobytes().hex()}"
