"""Masks of the images of a label file, in a folder that says how they were made."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from segmentation.data.label_rules import LabelRules
from segmentation.data.legend import write_legend
from segmentation.data.masks import IndexMask, mask_path, read_index_mask, write_coco_results
from segmentation.data.targets import ImageTargets, SkippedImage, UnknownAttributes, Vocabulary, read_targets
from segmentation.data.transfer import ClassTransfer
from segmentation.masks.job import CONSENSUS, MaskJob, MaskMachine
from segmentation.masks.options import MaskOptions, ResolvedMaskOptions, recorded
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import REJECTED, RLE, apart_from_own, check_images, check_rle, forget_masks
from segmentation.masks.refinement import check_installed
from segmentation.runs.folder import MAKE_MASKS, RunFolder, RunRecord, installed_versions, open_run
from segmentation.runs.left_out import LeftOut
from segmentation.runs.trained import identity, model_files, open_trained
from segmentation.scores.contract import TrainedNetwork
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import file_digest, writing
from shared_schemas import LabelSpace
from shared_schemas.files import replace_file, replacing


@dataclass(frozen=True, slots=True)
class MaskInputs:
    """What masks are made from."""

    run: Path
    """The folder of a finished run that trained a network."""
    images: Sequence[Path]
    """Folders."""
    labels: Path
    """The label file of the images that get masks."""
    allow_missing: bool = False
    """Whether images that are in none of the folders are no fault."""
    target: LabelSpace | None = None
    """The label space of another data set: classes that it lacks are dropped before the best is taken, as if the
    network had never learned them (Vilar & Perez, Section V-D). None: all classes compete."""


@dataclass(frozen=True, slots=True)
class MaskRun:
    """What a call of `make_masks` did."""

    counts: MaskCounts
    left_out: LeftOut
    """Lines of the label file that gave no image."""
    options: ResolvedMaskOptions
    label_space: LabelSpace
    """That of the masks."""


def make_masks(
    inputs: MaskInputs,
    output: Path,
    options: MaskOptions,
    machine: MaskMachine | None = None,
    *,
    rle: Path | None = None,
    overlays: bool = False,
    overwrite: bool = False,
    progress: Callable[[MaskCounts], None] = lambda _: None,
) -> MaskRun:
    """Write `<image stem>.png` into `output` for every image of the label file.

    Goes on where an earlier call with the same options stopped. Images without a mask stand with their reasons in
    `rejected.jsonl`. `rle`: all masks also as a JSON file of COCO results. `overlays`: masks are also shown over
    their images, in a sub-folder. `overwrite` makes all of them anew, and
    removes those that other options made of other images. Raises UsageError where `output` holds masks made
    otherwise, InputError where most images are missing or their records damaged, MissingResourceError where what
    the refinement needs is not installed.
    """
    machine = machine or MaskMachine()
    trained = open_trained(inputs.run)
    resolved = options.resolved(trained.traits)
    check_installed(resolved.refine)
    vocabulary, targets, skipped = read_labels(inputs, trained, resolved.labels)
    left_out = LeftOut(skipped, inputs.allow_missing)
    left_out.check(len(targets), inputs.labels, inputs.images)
    if inputs.target is not None:
        targets = only_classes_of(inputs.target, vocabulary.label_space, targets)
    targets, taken = apart_from_own(targets, output)
    record = RunRecord(
        command=MAKE_MASKS,
        config=recorded(resolved),
        samples={
            "labels": file_digest(inputs.labels)[:16],
            **identity(trained),
        }
        | ({"target": inputs.target.reference} if inputs.target else {}),
        notes={
            "run": str(inputs.run.resolve()),
            "images": [str(path.resolve()) for path in inputs.images],
            "labels": str(inputs.labels.resolve()),
            RLE: str(rle.resolve()) if rle else None,
            "versions": installed_versions(),
        },
    )
    RunFolder(output).check_command(MAKE_MASKS)
    check_images(inputs.images, output)
    if rle:
        read = {"the label file": inputs.labels} | model_files(trained)
        check_rle(rle, read, output, targets, overwrite=overwrite)

    def forget(changed: bool) -> None:
        (output / CONSENSUS).unlink(missing_ok=True)
        forget_masks(output, [image.key for image in targets], changed=changed)

    # Earlier versions wrote that one was sought where there was nothing to seek it in.
    undecided = () if trained.traits.gives_cells else ("config.consensus",)
    with open_run(output, record, overwrite=overwrite, forget=forget, undecided=undecided) as folder:
        # Masks say their classes also when the run is gone.
        folder.write_label_space(vocabulary.label_space)
        write_legend(output, vocabulary.label_space)
        job = MaskJob(
            trained.score_source(resolved.viewing, machine.device),
            vocabulary.n_foreground,
            resolved,
            machine,
            progress=progress,
            overlays_of=[label.name for label in vocabulary.classes] if overlays else None,
        )
        counts = job.run(targets, output)
        counts.total += len(taken)
        counts.rejected += taken
        write_rejected(output / REJECTED, skipped, counts)
        if rle:
            with writing(rle), replacing(rle) as unfinished:
                write_coco_results(unfinished, masks_there(output, targets, vocabulary), vocabulary.label_space)
    return MaskRun(counts, left_out, resolved, vocabulary.label_space)


def read_labels(
    inputs: MaskInputs, trained: TrainedNetwork[Any], rules: LabelRules
) -> tuple[Vocabulary, list[ImageTargets], list[SkippedImage]]:
    """The labels of the images as a network knows them; attributes that it was not trained with are left out.

    With phrases, for a network that is asked for these.
    """
    return read_targets(
        inputs.labels,
        inputs.images,
        label_space=trained.vocabulary.label_space,
        unknown_attributes=UnknownAttributes.DROP,
        rules=rules,
        phrases=trained.traits.phrases,
        phrases_alone=False,
    )


def only_classes_of(target: LabelSpace, known: LabelSpace, images: Sequence[ImageTargets]) -> list[ImageTargets]:
    """The images without foreground classes that `target` lacks; one of which nothing is left gets no mask.

    Raises `UsageError` where no class of the network is one of the target's.
    """
    try:
        values = ClassTransfer.between(known, target).values
    except UsageError:
        raise UsageError(
            f"--only-classes-of: got label space {target.name!r}, none of whose classes the network has, which "
            f"knows those of {known.name!r}; expected one that shares classes with it: the same, a view of it, or "
            "another view of its base"
        ) from None
    dropped = {label.id for label in known.foreground if not values[label.id]}
    return [
        replace(
            image,
            foreground=tuple(c for c in image.foreground if c not in dropped),
            attributes={c: attributes for c, attributes in image.attributes.items() if c not in dropped},
        )
        for image in images
    ]


def rejected_before(path: Path, *, replaced: bool = False) -> list[dict[str, Any]]:
    """What `write_rejected` wrote of images, not of lines of a label file.

    Raises InputError for a file that it did not write; of one that is to be `replaced`, nothing is known.
    """
    try:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
        return [row for row in rows if isinstance(row.get("file_name"), str)]
    except (OSError, ValueError, AttributeError) as error:
        if replaced:
            return []
        raise InputError(f"{path}: not a list of rejected images ({error}). Remove it or move it away") from error


def write_rejected(
    path: Path, skipped: Sequence[SkippedImage], counts: MaskCounts, others: Sequence[dict[str, Any]] = ()
) -> None:
    """Lines of the label file and images that gave no mask, as JSON Lines; no file where there is none.

    `others`: lines of earlier calls that stay. Raises OutputError.
    """
    lines = [*others]
    lines += [{"line": image.line, "image_id": image.image_id, "reason": image.message} for image in skipped]
    lines += [asdict(image) for image in counts.rejected]
    with writing(path):
        if lines:
            replace_file(path, "".join(f"{json.dumps(line)}\n" for line in lines).encode())
        else:
            path.unlink(missing_ok=True)


def masks_there(
    folder: Path, targets: Sequence[ImageTargets], vocabulary: Vocabulary
) -> Iterator[tuple[int | str, IndexMask]]:
    """The masks that are there, each once, with the ids of their images."""
    seen: set[Path] = set()
    for image in targets:
        path = mask_path(folder, image.key)
        if path not in seen and path.is_file():
            seen.add(path)
            yield image.image_id, read_index_mask(path, vocabulary.n_foreground + 1)
