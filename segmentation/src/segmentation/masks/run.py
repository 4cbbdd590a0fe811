"""Masks of the images of a label file, in a folder that says how they were made."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from segmentation.data.masks import IndexMask, read_index_mask
from segmentation.data.targets import ImageTargets, SkippedImage, UnknownAttributes, Vocabulary, read_targets
from segmentation.localization.run import Localizer, load_localizer
from segmentation.masks.heatmaps import HeatmapExtractor
from segmentation.masks.job import CONSENSUS, MaskCounts, MaskJob, mask_path
from segmentation.masks.options import MaskOptions
from segmentation.masks.refine import check_installed
from segmentation.masks.writers import write_rle
from segmentation.runs.folder import RunFolder, RunRecord, installed_versions, open_run
from segmentation.training.devices import DeviceGroup
from shared_runtime.errors import InputError, OutputError, UsageError

COMMAND = "make-masks"
REJECTED = "rejected.jsonl"


@dataclass(frozen=True, slots=True)
class MaskRun:
    """What a call of `make_masks` did."""

    counts: MaskCounts
    skipped: Sequence[SkippedImage]
    """Lines of the label file that gave no image."""
    options: MaskOptions
    """Resolved."""


@dataclass(frozen=True, slots=True)
class MaskMachine:
    """Where masks are made: nothing that changes them."""

    device: str = "auto"
    processes: int = 1
    batch_size: int = 8


def make_masks(
    run: Path,
    images: Sequence[Path],
    labels: Path,
    output: Path,
    options: MaskOptions,
    machine: MaskMachine | None = None,
    *,
    rle: Path | None = None,
    overwrite: bool = False,
    progress: Callable[[MaskCounts], None] = lambda _: None,
) -> MaskRun:
    """Write `<image stem>.png` into `output` for every image of `labels`, by the network of the run `run`.

    Goes on where an earlier call with the same options stopped. Images without a mask stand with their reasons in
    `rejected.jsonl`. `rle`: all masks also as a JSON file of COCO results. Raises UsageError where `output` holds
    masks made otherwise, MissingResourceError where what the refinement needs is not installed.
    """
    check_installed(options.refine)
    machine = machine or MaskMachine()
    localizer = load_localizer(run)
    options = options.resolved(localizer.config)
    vocabulary, targets, skipped = read_labels(localizer, labels, images)
    record = RunRecord(
        command=COMMAND,
        config=options.model_dump(mode="json"),
        samples={"labels": _digest(labels), "weights": _digest(RunFolder(run).weights)},
        notes={
            "run": str(run),
            "images": [str(path) for path in images],
            "labels": str(labels),
            "versions": installed_versions(),
        },
    )
    _check_purpose(output)
    with open_run(output, record, overwrite=overwrite):
        if overwrite:
            (output / CONSENSUS).unlink(missing_ok=True)
            for image in targets:
                mask_path(output, image).unlink(missing_ok=True)
        job = _job(extractor(localizer, options, machine.device), vocabulary, machine, progress)
        counts = job.run(targets, output)
        _write_rejected(output / REJECTED, skipped, counts)
        if rle:
            try:
                write_rle(rle, _masks(output, targets, vocabulary), vocabulary.label_space)
            except OSError as error:
                raise OutputError(f"{rle}: cannot be written: {error.strerror or error}") from error
    return MaskRun(counts, skipped, options)


def read_labels(
    localizer: Localizer, labels: Path, images: Sequence[Path]
) -> tuple[Vocabulary, list[ImageTargets], list[SkippedImage]]:
    """The labels of images as `localizer` knows them; attributes that it was not trained with are left out."""
    return read_targets(
        labels,
        images,
        label_space=localizer.vocabulary.label_space,
        unknown_attributes=UnknownAttributes.DROP,
    )


def extractor(localizer: Localizer, options: MaskOptions, device: str) -> HeatmapExtractor:
    """What makes the heatmaps of images with `localizer`; `options` are resolved for it."""
    place = DeviceGroup(device).device
    return HeatmapExtractor(localizer.network.to(place), place, options)


def _job(
    heatmaps: HeatmapExtractor,
    vocabulary: Vocabulary,
    machine: MaskMachine,
    progress: Callable[[MaskCounts], None],
) -> MaskJob:
    return MaskJob(
        see=heatmaps.see,
        base_size=heatmaps.base_size,
        n_foreground=vocabulary.n_foreground,
        options=heatmaps.options,
        processes=machine.processes,
        batch_size=machine.batch_size,
        progress=progress,
    )


def _check_purpose(output: Path) -> None:
    """Raises UsageError for the folder of another command's run, which --overwrite would empty."""
    folder = RunFolder(output)
    if folder.record.is_file() and folder.record.stat().st_size:
        command = folder.read_record().command
        if command != COMMAND:
            raise UsageError(f"{output} is the folder of a run of {command}. Name another folder for the masks")


def _write_rejected(path: Path, skipped: Sequence[SkippedImage], counts: MaskCounts) -> None:
    lines = [{"line": image.line, "image_id": image.image_id, "reason": image.message} for image in skipped]
    lines += [asdict(image) for image in counts.rejected]
    try:
        path.unlink(missing_ok=True)
        if lines:
            path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _masks(
    folder: Path, targets: Sequence[ImageTargets], vocabulary: Vocabulary
) -> Iterator[tuple[int | str, IndexMask]]:
    """The masks that are there, each once, with the ids of their images."""
    seen: set[Path] = set()
    for image in targets:
        path = mask_path(folder, image)
        if path not in seen and path.is_file():
            seen.add(path)
            yield image.image_id, read_index_mask(path, vocabulary.n_foreground + 1)


def _digest(path: Path) -> str:
    """Sixteen hexadecimal digits over a file's bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
