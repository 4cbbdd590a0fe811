"""Masks of the images of a label file, in a folder that says how they were made."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from segmentation.data.images import RgbImage
from segmentation.data.label_rules import LabelRules
from segmentation.data.targets import ImageTargets, SkippedImage, UnknownAttributes, Vocabulary, read_targets
from segmentation.data.transfer import ClassTransfer
from segmentation.masks.finish import RejectedImage
from segmentation.masks.folder import mask_folder, write_rejected, write_rle
from segmentation.masks.job import CONSENSUS, MaskJob, MaskMachine
from segmentation.masks.options import MaskOptions, ResolvedMaskOptions, recorded
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import REJECTED, RLE, apart_from_own, check_images, check_rle
from segmentation.masks.refinement import check_installed
from segmentation.runs.folder import MAKE_MASKS, RunFolder, RunRecord, installed_versions
from segmentation.runs.left_out import LeftOut
from segmentation.runs.trained import StoredModel, identity, model_files, open_trained
from segmentation.scores.contract import ImageScores, RequestT_contra, ScoreSource, Sizes, TrainedNetwork
from shared_runtime.errors import UsageError
from shared_runtime.files import file_digest
from shared_schemas import LabelSpace


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
    limit: int | None = None
    """Only the first so many labelled images, which alone have a say in the consensus."""


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
    targets = targets[: inputs.limit]
    if inputs.target is not None:
        targets = only_classes_of(inputs.target, vocabulary.label_space, targets)
    record = _record(inputs, trained, resolved, rle)
    RunFolder(output).check_command(MAKE_MASKS)
    check_images(inputs.images, output)
    job = MaskJob(
        OpenedLate(lambda: trained.score_source(resolved.viewing, machine.device)),
        vocabulary.n_foreground,
        resolved,
        machine,
        progress=progress,
        overlays_of=[label.name for label in vocabulary.classes] if overlays else None,
    )
    counts = write_masks(
        job,
        MaskSet(targets, skipped=skipped),
        output,
        record,
        vocabulary,
        rle=rle,
        read={"the label file": inputs.labels} | model_files(trained),
        overwrite=overwrite,
        # Earlier versions wrote that one was sought where there was nothing to seek it in.
        undecided=() if trained.traits.gives_cells else ("config.consensus",),
    )
    return MaskRun(counts, left_out, resolved, vocabulary.label_space)


class OpenedLate(ScoreSource[RequestT_contra]):
    """A source that is opened when it is first asked: where no mask is to be made, no network is read."""

    def __init__(self, open_source: Callable[[], ScoreSource[RequestT_contra]]) -> None:
        self._opened = cache(open_source)

    def sizes(self, image: RgbImage) -> Sizes:
        """As those of the source."""
        return self._opened().sizes(image)

    def scores(self, images: Sequence[RgbImage], requests: Sequence[RequestT_contra]) -> list[ImageScores]:
        """As those of the source."""
        return self._opened().scores(images, requests)


@dataclass(frozen=True, slots=True)
class MaskSet:
    """The images that a folder of masks is to show, and what it says of others."""

    requests: Sequence[ImageTargets]
    rejected: Sequence[RejectedImage] = ()
    """Images that were asked for and get no mask."""
    skipped: Sequence[SkippedImage] = ()
    """Lines of the label file that gave no image."""
    others: Sequence[dict[str, Any]] = ()
    """What `rejected.jsonl` says of the images of earlier calls."""
    known: Sequence[ImageTargets] = ()
    """Images of earlier calls, whose masks may be there."""


def write_masks(
    job: MaskJob[ImageTargets],
    images: MaskSet,
    output: Path,
    record: RunRecord,
    vocabulary: Vocabulary,
    *,
    rle: Path | None = None,
    read: Mapping[str, Path],
    overwrite: bool = False,
    undecided: Collection[str] = (),
) -> MaskCounts:
    """Do `job` in a folder of its own, which says how its masks were made, of what, and which images have none.

    `rle`: the masks also as COCO results, as JSON Lines where its suffix says so; it is none of the files that are
    `read`. `overwrite` and `undecided` are as `mask_folder` takes them, whose errors are raised, and those of
    `MaskJob.run`; UsageError for an `rle` that is read or not ours.
    """

    def forget(changed: bool) -> None:
        (output / CONSENSUS).unlink(missing_ok=True)
        if changed:
            (output / REJECTED).unlink(missing_ok=True)

    requests, taken = apart_from_own(images.requests, output)
    if rle:
        check_rle(rle, read, output, requests, overwrite=overwrite)
    with mask_folder(
        output, record, vocabulary.label_space, requests, overwrite=overwrite, forget=forget, undecided=undecided
    ):
        counts = job.run(requests, output)
        rejected = [*images.rejected, *taken]
        counts.total += len(rejected)
        counts.rejected += rejected
        write_rejected(output / REJECTED, images.skipped, counts, images.others)
        if rle:
            write_rle(rle, output, [*requests, *images.known], vocabulary, lines=rle.suffix == ".jsonl")
    return counts


def _record(inputs: MaskInputs, trained: StoredModel, options: ResolvedMaskOptions, rle: Path | None) -> RunRecord:
    return RunRecord(
        command=MAKE_MASKS,
        config=recorded(options),
        samples={
            "labels": file_digest(inputs.labels)[:16],
            **identity(trained),
        }
        | ({"target": inputs.target.reference} if inputs.target else {})
        | ({"limit": inputs.limit} if inputs.limit is not None and options.consensus else {}),
        notes={
            "run": str(inputs.run.resolve()),
            "images": [str(path.resolve()) for path in inputs.images],
            "labels": str(inputs.labels.resolve()),
            RLE: str(rle.resolve()) if rle else None,
            "versions": installed_versions(),
        },
    )


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
