"""`mask_report`: the worst masks of a folder beside their images, maps and truth."""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from segmentation.data.folders import ImageFolders, UnsafeNameError
from segmentation.data.images import read_image
from segmentation.data.masks import IndexMask, palette
from segmentation.data.targets import ImageTargets
from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.mask_classes import transfer_to
from segmentation.evaluation.matching import matched_masks
from segmentation.evaluation.metrics import ConfusionMatrix, segmentation_metrics
from segmentation.evaluation.records import Missing
from segmentation.evaluation.scoring import read_prediction
from segmentation.report.maps import MaskOrigin, mask_origin
from segmentation.report.page import ImageRow, Picture, coloured, data_uri, heat, page, thumbnail
from segmentation.runs.folder import RunFolder
from shared_runtime.errors import CapparseError, InputError, OutputError
from shared_runtime.files import check_output
from shared_schemas import LabelSpace
from shared_schemas.files import replace_file

_PAGE_SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class MaskReportOptions:
    """What a report shows, and where it may stand."""

    images: Sequence[Path] = ()
    """Folders of the images, for masks of other programs."""
    masks_label_space: str | Path | LabelSpace | None = None
    """That of the masks, if it is not the truth's: they are shown in the truth's classes."""
    missing: Missing = Missing.BACKGROUND
    """How images without a mask are scored, as in `evaluate`; they are not shown."""
    count: int = 40
    """How many images are shown, the worst first."""
    overwrite: bool = False
    """Whether the page may take the place of another file, which is never an input."""


class _Compared(NamedTuple):
    """A mask (H, W) beside the true one, of the same shape and classes."""

    score: float
    key: str
    file: Path
    """Of the mask."""
    predicted: IndexMask
    true: IndexMask


def mask_report(masks: Path, truth: Truth, output: Path, options: MaskReportOptions | None = None) -> int:
    """Write an HTML page about a folder of masks, with the worst images; returns how many it shows.

    The figures are those of `evaluate`; images without a mask are not shown. Maps are shown where the folder says
    how it was made, and the run, the images and the labels are still where they were; otherwise the page says why
    not.

    Raises InputError as `evaluate` does, UsageError where the page would take the place of an input, or of a file
    without `options.overwrite`, OutputError where it cannot be written.
    """
    options = options or MaskReportOptions()
    _check_output(output, masks, truth, options)
    evaluation = evaluate(masks, truth, masks_label_space=options.masks_label_space, missing=options.missing)
    transfer = transfer_to(truth.label_space, masks, options.masks_label_space)
    notes: list[str] = [*evaluation.protocol.warnings()]
    bad = evaluation.protocol.bad_masks
    if bad:
        notes.append(
            f"{len(bad):,} masks are scored like images without one; the first: {bad[0].key}: {bad[0].reason}"
        )
    origin: MaskOrigin | None = None
    try:
        origin = mask_origin(masks)
    except (CapparseError, KeyError, ValueError) as error:
        notes.append(f"Without maps: {error}")
    if origin and origin.options.consensus:
        notes.append("The masks also follow what all images together say (--consensus); the maps shown do not.")
    folders = ImageFolders(options.images)
    rows = []
    compared = _compared(masks, truth, transfer)
    for worst in heapq.nsmallest(options.count, compared, key=attrgetter("score", "key")):
        try:
            rows.append(_row(worst, truth.class_names, origin, folders))
        except InputError as error:
            notes.append(f"Not shown: {error}")
    try:
        replace_file(output, page(evaluation, rows, notes).encode("utf-8", "replace"))
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from error
    return len(rows)


def _check_output(output: Path, masks: Path, truth: Truth, options: MaskReportOptions) -> None:
    """Raises UsageError for an output that is an input: a file that was given, or one inside a folder that was."""
    files = {"the ground truth": truth.path}
    folders = {"the masks": masks, "the ground truth": truth.path}
    folders |= {f"the images {folder}": folder for folder in options.images}
    try:
        notes = RunFolder(masks).read_record().notes
    except CapparseError:
        notes = {}
    if {"run", "images", "labels"} <= notes.keys():
        files["the label file of the masks"] = Path(notes["labels"])
        folders["the run that made the masks"] = Path(notes["run"])
        folders |= {f"the images {folder}": Path(folder) for folder in notes["images"]}
    # A page may lie beside the masks, and be written anew there.
    if output.exists() and output.suffix.lower() not in _PAGE_SUFFIXES:
        place = output.resolve()
        files |= {f"a file of {role}": output for role, path in folders.items() if path.resolve() in place.parents}
    check_output(output, files, overwrite=options.overwrite)


def image_score(true: IndexMask, predicted: IndexMask, n_classes: int) -> float:
    """Mean IoU over the classes that stand in either mask (H, W), background included."""
    matrix = ConfusionMatrix(n_classes)
    matrix.update(true, predicted)
    ratios = segmentation_metrics(matrix.counts).iou
    known = ratios[~np.isnan(ratios)]
    return float(known.mean()) if known.size else 1.0


def _compared(masks: Path, truth: Truth, transfer: ClassTransfer | None) -> Iterator[_Compared]:
    n_classes = len(truth.class_names)
    for key, path in matched_masks(masks, truth.keys()).files.items():
        try:
            predicted, true = read_prediction(path, n_classes, transfer), truth.mask(key)
        except InputError:
            continue
        if predicted.shape == true.shape:
            yield _Compared(image_score(true, predicted, n_classes), key, path, predicted, true)


def _row(compared: _Compared, names: Sequence[str], origin: MaskOrigin | None, folders: ImageFolders) -> ImageRow:
    score, key, file, predicted, true = compared
    targets = origin.targets.get(file) if origin else None
    path = targets.path if targets else _image(folders, key, file.stem)
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


def _image(folders: ImageFolders, *names: str) -> Path | None:
    """The image of one of these names without a suffix; names in a truth may lead anywhere."""
    for name in names:
        with suppress(UnsafeNameError):
            path = folders.find(None, name)
            if path is not None:
                return path
    return None


def _labels(targets: ImageTargets, origin: MaskOrigin) -> str:
    foreground = ", ".join(origin.class_names[class_id - 1] for class_id in targets.foreground)
    surroundings = f" and {len(targets.background)} of the background" if targets.background else ""
    return f"{foreground or 'no object'}{surroundings}"


def _css(class_id: int) -> str:
    return f"#{palette()[class_id].tobytes().hex()}"
