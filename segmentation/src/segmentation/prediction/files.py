"""Predictions of many images, in a folder that says how they were made."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from segmentation.data.images import IMAGE_SUFFIXES, refuse_archive, refuse_url
from segmentation.data.names import image_key, names_below
from segmentation.data.targets import ImageTargets, SkippedImage, SkipReason, UnknownAttributes, read_targets
from segmentation.masks.finish import RejectedImage
from segmentation.masks.folder import rejected_before
from segmentation.masks.job import MaskJob, MaskMachine
from segmentation.masks.options import recorded
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import REJECTED, RLE, check_images
from segmentation.masks.refinement import Refinement, check_installed
from segmentation.masks.run import MaskSet, OpenedLate, only_classes_of, write_masks
from segmentation.prediction.earlier import noting_images, still_there
from segmentation.prediction.segmenter import Segmenter
from segmentation.runs.folder import PREDICT, RunFolder, RunRecord, installed_versions
from segmentation.runs.trained import identity, model_files
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import file_digest
from shared_runtime.wording import counted
from shared_schemas import LabelSpace

_UNREAD = (SkipReason.BAD_RECORD, SkipReason.OTHER_LABEL_SPACE)
"""Lines of a label file that are at fault whatever images were asked for."""


@dataclass(frozen=True, slots=True)
class PredictionInputs:
    """Which images, and what is known of them."""

    images: Sequence[Path]
    """Files, and folders of images with all that is below them."""
    labels: Path | None = None
    """A label file: of each image, only its classes compete. Images that it has no record of are left out."""
    classes: Sequence[str] | None = None
    """The only classes that compete, in every image."""
    limit: int | None = None
    """Only the first so many images, files in the order of their names."""
    target: LabelSpace | None = None
    """The label space of another data set: classes that it lacks do not compete (Vilar & Perez, Section V-D)."""
    only: Collection[Path] | None = None
    """Only those of the images that are among these files, resolved."""


@dataclass(frozen=True, slots=True)
class PredictionOutputs:
    """What is written beside the masks `<image stem>.png`."""

    overlays: bool = False
    rle: Path | None = None
    """All masks of the folder as COCO results: JSON, or JSON Lines by its suffix."""
    overwrite: bool = False
    """Whether masks of these images that are there already, and the file of results, are replaced. Those that
    other options made of other images are removed."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a call of `predict_files` did."""

    counts: MaskCounts
    refine: Refinement
    skipped: Sequence[SkippedImage] = field(default=())
    """Lines of the label file that are damaged; images that are elsewhere are not among them."""
    unnamed: int = 0
    """Images that were left out, as the label file has no record of them that can be used."""


def predict_files(
    segmenter: Segmenter,
    inputs: PredictionInputs,
    output: Path,
    outputs: PredictionOutputs | None = None,
    *,
    processes: int = 1,
    batch_size: int = 1,
    progress: Callable[[MaskCounts], None] = lambda _: None,
) -> Predicted:
    """Write `<image stem>.png` into `output` for every image; what is there already is not done again.

    Images without a mask stand with their reasons in `rejected.jsonl`. The folder may get further images later,
    by the same model with the same options; what it says of those before stays, while they are there. Raises
    UsageError where it holds predictions made otherwise, or is a folder of the images; InputError where there is
    no image, or none that the label file names, or `rejected.jsonl` cannot be read and is not to be overwritten.
    """
    outputs = outputs or PredictionOutputs()
    model, options = segmenter.model, segmenter.resolved
    check_installed(options.refine)
    RunFolder(output).check_command(PREDICT)
    check_images(inputs.images, output)
    requests, rejected, skipped, unnamed = _requests(segmenter, inputs, output)
    if inputs.target is not None:
        requests = only_classes_of(inputs.target, model.vocabulary.label_space, requests)
    record, earlier = noting_images(_record(segmenter, inputs, outputs.rle), output, inputs.images)
    looked_at = {request.file_name or request.path.name for request in requests}
    looked_at |= {image.file_name for image in rejected} | {*unnamed}
    # Before anything is removed: a list of somebody else's is told.
    rows = rejected_before(output / REJECTED, replaced=outputs.overwrite)
    unseen = (row for row in rows if row["file_name"] not in looked_at)
    others = still_there(unseen, earlier if inputs.limit is None else [*earlier, *inputs.images])

    known: Sequence[ImageTargets] = ()
    before = [path for path in earlier if path.exists()]
    if outputs.rle and (before or inputs.limit is not None):
        # Those of earlier calls are in the file, too.
        all_images = replace(inputs, images=[*inputs.images, *before], limit=None)
        known = _requests(segmenter, all_images, output).images
    counts = write_masks(
        MaskJob(
            OpenedLate(lambda: model.score_source(options.viewing, segmenter.device)),
            model.vocabulary.n_foreground,
            segmenter.options.of_masks(model.traits),
            MaskMachine(segmenter.device, processes, batch_size),
            progress,
            segmenter.classes if outputs.overlays else None,
        ),
        MaskSet(requests, rejected, skipped, others, known),
        output,
        record,
        model.vocabulary,
        rle=outputs.rle,
        read=model_files(model) | ({"the label file": inputs.labels} if inputs.labels else {}),
        overwrite=outputs.overwrite,
    )
    return Predicted(counts, options.refine, skipped, len(unnamed))


def _record(segmenter: Segmenter, inputs: PredictionInputs, rle: Path | None) -> RunRecord:
    return RunRecord(
        command=PREDICT,
        config=recorded(segmenter.resolved),
        samples={
            **identity(segmenter.model),
            "labels": file_digest(inputs.labels)[:16] if inputs.labels else None,
            "classes": sorted(inputs.classes) if inputs.classes is not None else None,
        }
        | ({"target": inputs.target.reference} if inputs.target else {}),
        notes={
            "run": str(segmenter.model.weights.parent.resolve()),
            "labels": str(inputs.labels.resolve()) if inputs.labels else None,
            RLE: str(rle.resolve()) if rle else None,
            "versions": installed_versions(),
        },
    )


def image_files(images: Sequence[Path], output: Path) -> list[tuple[str, Path]]:
    """The images of files and folders with their keys, each file once; what lies in `output` is none of them.

    A link is a file of its own, as somebody may give one image two names. Raises InputError where there is none.
    """
    found: dict[Path, tuple[str, Path]] = {}
    inside: list[Path] = []
    made = output.resolve()
    for path in images:
        if path.is_dir():
            for name in names_below(path, IMAGE_SUFFIXES):
                # Masks below the folder of the images, as of an earlier call.
                if (path / name).resolve().is_relative_to(made):
                    inside.append(path / name)
                else:
                    found.setdefault(_place(path / name), (image_key(name), path / name))
        elif path.exists():
            refuse_archive(path)
            found.setdefault(_place(path), (path.stem, path))
        else:
            refuse_url(path)
            raise InputError(f"{path}: got nothing there, expected an image or a folder of images")
    if not found:
        folders = ", ".join(map(str, images))
        if inside:
            raise InputError(
                f"{folders}: got {counted(len(inside), 'image')}, such as {inside[0]}, all in {output}, the "
                "folder of the masks, whose pictures are none to look at. Choose another folder for the masks"
            )
        raise InputError(f"{folders}: got no image, expected files {', '.join(IMAGE_SUFFIXES[:4])}, …")
    return [*found.values()]


def _place(path: Path) -> Path:
    """Where a file lies, however it is spelled."""
    return path.parent.resolve() / path.name


class _Requested(NamedTuple):
    """What is asked for, and what of the images and the label file is not."""

    images: Sequence[ImageTargets]
    """With the classes that compete."""
    rejected: Sequence[RejectedImage] = ()
    """Those that cannot be asked for."""
    damaged: Sequence[SkippedImage] = ()
    """Lines of the label file."""
    unnamed: Sequence[str] = ()
    """Names of images that the label file has no record of."""


def _requests(segmenter: Segmenter, inputs: PredictionInputs, output: Path) -> _Requested:
    """Raises InputError where there is no image, or none that the label file names."""
    files = image_files(inputs.images, output)
    if inputs.only is not None:
        files = [(key, path) for key, path in files if path.resolve() in inputs.only]
    if inputs.labels is None:
        files = files[: inputs.limit]
        foreground, background = segmenter.class_ids(inputs.classes)
        names = [f"{key}{path.suffix}" for key, path in files]
        return _Requested(
            [
                ImageTargets(name, name, path, foreground, background, key=key)
                for name, (key, path) in zip(names, files, strict=True)
            ]
        )
    if inputs.classes is not None:
        raise UsageError("--labels and --classes both say which classes compete. Give one of them")
    folders = list(dict.fromkeys(path if path.is_dir() else path.parent for path in inputs.images))
    _, labelled, skipped = read_targets(
        inputs.labels,
        folders,
        label_space=segmenter.model.vocabulary.label_space,
        unknown_attributes=UnknownAttributes.DROP,
        keep_unlabelled=True,
    )
    by_path = {targets.path.resolve(): targets for targets in labelled}
    named: list[ImageTargets] = []
    unnamed, rejected = [], []
    for key, path in files:
        targets = by_path.get(path.resolve())
        if targets is None:
            unnamed.append(f"{key}{path.suffix}")
        else:
            named.append(replace(targets, path=path, key=key))
    if not named:
        raise InputError(
            f"{inputs.labels}: got no record that can be used of any of {counted(len(files), 'image')}, such as "
            f"{files[0][1]}. Without --labels all classes compete"
        )
    requests = []
    for targets in named[: inputs.limit]:
        if segmenter.needs_classes and not targets.classes:
            name = f"{targets.key}{targets.path.suffix}"
            reason = "its labels name no class, and a localizer finds the classes that it is told of"
            rejected.append(RejectedImage(name, name, reason))
        else:
            requests.append(targets)
    damaged = [line for line in skipped if line.reason in _UNREAD]
    return _Requested(requests, rejected, damaged, unnamed)
