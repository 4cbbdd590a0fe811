"""`mask_report`: the worst masks of a folder beside their images, maps and truth."""

import heapq
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from segmentation.data.folders import ImageFolders
from segmentation.data.images import read_image
from segmentation.data.masks import IndexMask, read_index_mask
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.contract import MaskTruth
from segmentation.data.truth.opening import open_truth
from segmentation.errors import CapsegError, InputError, OutputError
from segmentation.evaluation.confusion import ConfusionMatrix
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.metrics import segmentation_metrics
from segmentation.evaluation.records import Missing
from segmentation.masks.writers import palette
from segmentation.report.maps import MaskOrigin, mask_origin
from segmentation.report.page import ImageRow, Picture, page
from segmentation.report.pictures import coloured, data_uri, heat, thumbnail

Truth = MaskTruth[Any]


def mask_report(
    masks: Path,
    truth: Path,
    output: Path,
    *,
    images: Sequence[Path] = (),
    label_space: str | None = None,
    count: int = 40,
) -> int:
    """Write an HTML page about a folder of masks, with the `count` worst images; returns how many it shows.

    Images without a mask are left out. Maps are shown where the folder says how it was made, and the run, the
    images and the labels are still where they were; otherwise the page says why not, and images come from the
    folders `images`.
    Raises InputError as `evaluate` does, OutputError where the page cannot be written.
    """
    evaluation = evaluate(masks, truth, label_space=label_space, missing=Missing.SKIP)
    ground_truth = open_truth(truth, label_space=label_space)
    notes: list[str] = []
    origin: MaskOrigin | None = None
    try:
        origin = mask_origin(masks)
    except (CapsegError, KeyError, ValueError) as error:
        notes.append(f"Without maps: {error}")
    folders = ImageFolders(images)
    rows = []
    for score, key in heapq.nsmallest(count, _scores(masks, ground_truth)):
        try:
            rows.append(_row(key, score, masks, ground_truth, origin, folders))
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


def _scores(masks: Path, truth: Truth) -> Iterator[tuple[float, str]]:
    n_classes = len(truth.class_names)
    for key in truth.keys():  # noqa: SIM118  a truth is no mapping
        try:
            predicted, true = read_index_mask(masks / f"{key}.png", n_classes), truth.mask(key)
        except InputError:
            continue
        if predicted.shape == true.shape:
            yield image_score(true, predicted, n_classes), key


def _row(
    key: str, score: float, masks: Path, truth: Truth, origin: MaskOrigin | None, folders: ImageFolders
) -> ImageRow:
    true, predicted = truth.mask(key), read_index_mask(masks / f"{key}.png", len(truth.class_names))
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
    names = truth.class_names
    return ImageRow(
        key,
        score,
        [(names[class_id], _css(class_id)) for class_id in present if class_id < len(names)],
        _labels(targets, names) if targets else "",
        pictures,
    )


def _labels(targets: ImageTargets, names: Sequence[str]) -> str:
    foreground = ", ".join(names[class_id] for class_id in targets.foreground if class_id < len(names))
    surroundings = f" and {len(targets.background)} of the background" if targets.background else ""
    return f"{foreground or 'no object'}{surroundings}"


def _css(class_id: int) -> str:
    return f"#{palette()[3 * class_id : 3 * class_id + 3].hex()}"
