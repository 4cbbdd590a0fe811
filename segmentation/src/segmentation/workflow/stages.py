"""Localizer → masks → segmenter → predictions → report: each in a folder of its own, each gone on with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from segmentation.data.masks import remove_masks
from segmentation.data.targets import UnknownAttributes, read_targets
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.mask_classes import mask_classes
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.masks.job import CONSENSUS, MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.pipeline import MaskCounts
from segmentation.masks.places import REJECTED
from segmentation.masks.run import MaskInputs, MaskRun, make_masks
from segmentation.prediction.files import (
    Predicted,
    PredictionInputs,
    PredictionOutputs,
    image_files,
    predict_files,
)
from segmentation.prediction.options import PredictionOptions
from segmentation.prediction.pretrained import CARD, CONFIG
from segmentation.prediction.segmenter import Segmenter
from segmentation.report.masks import MaskReportOptions, mask_report
from segmentation.runs.folder import OtherOptionsError, RunFolder, is_content, remove, remove_unfinished
from segmentation.runs.trained import is_saved
from segmentation.runs.training import TrainingRun
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.run import train_segmenter
from segmentation.training.config import MachineOptions
from shared_runtime.errors import UsageError

if TYPE_CHECKING:
    from segmentation.training.loop import Progress

Show = Callable[[str, int, int], None]
"""Shows what is being done, how much of it is done, and how much there is to do."""


class Stage(StrEnum):
    """The stages in their order; a folder of that name each, and the report's page."""

    LOCALIZER = "localizer"
    MASKS = "masks"
    SEGMENTER = "segmenter"
    PREDICTIONS = "predictions"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class WorkflowInputs:
    """What there is to learn from."""

    images: Sequence[Path]
    """Folders."""
    labels: Path
    truth: Path | None = None
    """True masks, to score the segmenter against; None: the page has no scores."""
    only_labelled: bool = False
    """Whether the segmenter predicts the images of the label file alone, and not all of the folders."""


@dataclass(frozen=True, slots=True)
class WorkflowOptions:
    """What each stage is told."""

    localizer: LocalizerConfig
    segmenter: SegmenterConfig | None
    """None: the localizer itself, as `Segmenter.from_localizer` has it, without another training."""
    masks: MaskOptions = field(default_factory=MaskOptions)
    predictions: PredictionOptions = field(default_factory=PredictionOptions)


@dataclass(frozen=True, slots=True)
class WorkflowMachine:
    """Where it is computed: nothing that changes the result, but for the rounding of the device."""

    training: MachineOptions = field(default_factory=MachineOptions)
    masks: MaskMachine = field(default_factory=MaskMachine)


class PlannedImages(NamedTuple):
    """How many images there are, before anything is done."""

    n_labelled: int
    """Of the folders, those that the label file has a record of."""
    n_images: int
    """Of the folders."""


def planned_images(inputs: WorkflowInputs, output: Path, options: WorkflowOptions) -> PlannedImages:
    """What there is to learn from and to predict.

    Raises UsageError as `run_workflow` does at once, and as `read_targets` and `image_files` do.
    """
    _check(inputs, output, options)
    return PlannedImages(len(_labelled(inputs, options)), len(image_files(inputs.images, output)))


def _labelled(inputs: WorkflowInputs, options: WorkflowOptions) -> frozenset[Path]:
    """The images of the folders that the label file has a record of, resolved."""
    _, targets, _ = read_targets(
        inputs.labels,
        inputs.images,
        label_space=options.localizer.label_space,
        unknown_attributes=UnknownAttributes.DROP,
        keep_unlabelled=True,
    )
    return frozenset(image.path.resolve() for image in targets)


@dataclass(frozen=True, slots=True)
class Converted:
    """A localizer as a segmenter."""

    n_classes: int


@dataclass(frozen=True, slots=True)
class StageDone:
    """A stage that is finished, now or before."""

    stage: Stage
    path: Path
    """Its folder, or the page."""
    result: TrainingRun | MaskRun | Converted | Predicted | int
    """What the stage's own function returned."""

    @property
    def counts(self) -> tuple[int, int]:
        """Images that were dealt with, and those that were lost."""
        result = self.result
        if isinstance(result, TrainingRun):
            return result.n_images - result.n_unreadable, result.n_lost
        if isinstance(result, MaskRun):
            return _made(result.counts), len(result.counts.rejected) + len(result.left_out.faults)
        if isinstance(result, Predicted):
            return _made(result.counts), len(result.counts.rejected) + len(result.skipped)
        return (result.n_classes if isinstance(result, Converted) else result), 0


def run_workflow(
    inputs: WorkflowInputs,
    output: Path,
    options: WorkflowOptions,
    machine: WorkflowMachine | None = None,
    *,
    overwrite: bool = False,
    show: Show = lambda _what, _done, _total: None,
) -> Iterator[StageDone]:
    """Do the stages in `output`, one each time that the next result is asked for; what is done is not done again,
    but with `overwrite`.

    Raises as the functions of the stages do: UsageError where a folder holds what was made otherwise,
    KeyboardInterrupt where a training was asked to stop. UsageError for an `output` that is a folder of images,
    for a localizer that is to be a segmenter and will not have learned against a background, and for a segmenter
    that came about the other way, but with `overwrite`.
    """
    stages = _Stages(inputs, output, options, machine or WorkflowMachine(), overwrite, show)
    converts = options.segmenter is None
    _check(inputs, output, options)
    _check_segmenter(stages.folders[Stage.SEGMENTER], converts=converts, overwrite=overwrite)

    @cache
    def start_over() -> None:
        if overwrite:
            _forget(stages.folders, converts=converts)

    # Once the first training has begun, and not where it cannot: what is there would be lost for nothing.
    yield stages.localizer(start_over)
    start_over()
    # What each of them decides is to be made anew with it.
    after = [stage for stage in Stage if stage not in (Stage.LOCALIZER, Stage.REPORT)]
    for do in (stages.masks, stages.segmenter, stages.predictions):
        try:
            yield do()
        except OtherOptionsError as error:
            gone = " ".join(str(stages.folders[stage]) for stage in (after[:1] if converts else after))
            raise OtherOptionsError(
                error.problem,
                "Give the same options to continue it; or remove what is to be made anew with these: rm -r "
                f"{gone}. --overwrite starts over, with the localizer, too",
            ) from error
        after = after[1:]
    yield stages.report()


@dataclass(frozen=True, slots=True)
class _Stages:
    """The stages of a call of `run_workflow`, which takes these."""

    inputs: WorkflowInputs
    output: Path
    options: WorkflowOptions
    machine: WorkflowMachine
    overwrite: bool
    show: Show

    @property
    def folders(self) -> Mapping[Stage, Path]:
        return {stage: self.output / stage for stage in Stage}

    def localizer(self, begun: Callable[[], None]) -> StageDone:
        """Calls `begun` once a training is under way."""

        def shown(at: "Progress") -> None:
            begun()
            self._trains(Stage.LOCALIZER, at)

        folder = self.folders[Stage.LOCALIZER]
        trained = train_localizer(
            self.inputs.images,
            self.inputs.labels,
            folder,
            self.options.localizer,
            self.machine.training,
            overwrite=self.overwrite,
            show=shown,
        )
        return StageDone(Stage.LOCALIZER, folder, trained)

    def masks(self) -> StageDone:
        folder, images, labels = self.folders[Stage.MASKS], self.inputs.images, self.inputs.labels
        allow_missing = self.machine.training.allow_missing
        made = make_masks(
            MaskInputs(self.folders[Stage.LOCALIZER], images, labels, allow_missing),
            folder,
            self.options.masks,
            self.machine.masks,
            overwrite=self.overwrite,
            progress=partial(self._counts, Stage.MASKS),
        )
        return StageDone(Stage.MASKS, folder, made)

    def segmenter(self) -> StageDone:
        folder = self.folders[Stage.SEGMENTER]
        if self.options.segmenter is None:
            converted = Segmenter.from_localizer(self.folders[Stage.LOCALIZER])
            converted.save_pretrained(folder)
            return StageDone(Stage.SEGMENTER, folder, Converted(len(converted.classes)))
        trained = train_segmenter(
            self.inputs.images,
            self.folders[Stage.MASKS],
            folder,
            self.options.segmenter,
            self.machine.training,
            overwrite=self.overwrite,
            show=partial(self._trains, Stage.SEGMENTER),
        )
        return StageDone(Stage.SEGMENTER, folder, trained)

    def predictions(self) -> StageDone:
        folder, machine = self.folders[Stage.PREDICTIONS], self.machine.masks
        segmenter = Segmenter.from_pretrained(
            self.folders[Stage.SEGMENTER], options=self.options.predictions, device=machine.device
        )
        predicted = predict_files(
            segmenter,
            PredictionInputs(
                self.inputs.images,
                only=_labelled(self.inputs, self.options) if self.inputs.only_labelled else None,
            ),
            folder,
            PredictionOutputs(overwrite=self.overwrite),
            processes=machine.processes,
            batch_size=machine.batch_size,
            progress=partial(self._counts, Stage.PREDICTIONS),
        )
        return StageDone(Stage.PREDICTIONS, folder, predicted)

    def report(self) -> StageDone:
        page = self.output / f"{Stage.REPORT}.html"
        predictions, truth = self.folders[Stage.PREDICTIONS], None
        if self.inputs.truth is not None:
            known = mask_classes(predictions)
            truth = open_truth(self.inputs.truth, otherwise=known.label_space if known else "coco")
        shown = mask_report(predictions, truth, page, MaskReportOptions(labels=self.inputs.labels, overwrite=True))
        return StageDone(Stage.REPORT, page, shown)

    def _trains(self, stage: Stage, at: "Progress") -> None:
        self.show(f"{stage}: {at.figures}", at.step, at.steps)

    def _counts(self, stage: Stage, counts: MaskCounts) -> None:
        self.show(f"{stage}: {counts.progress[0]}", *counts.progress[1:])


def _made(counts: MaskCounts) -> int:
    return counts.written + counts.present


def _check(inputs: WorkflowInputs, output: Path, options: WorkflowOptions) -> None:
    """Raises UsageError where what is read lies in the folders that are written, or a stage cannot come about."""
    if options.segmenter is None and options.localizer.network.background_logit is None:
        raise UsageError(
            "the localizer's scores will not compete with a background, so that it makes no segmenter. Train one "
            "on its masks: --segmenter-config lite0-segmenter; or --set-localizer network.class_pooling=weighted"
        )
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file. Name a folder")
    for folder in inputs.images:
        here, there = output.resolve(), folder.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise UsageError(
                f"{output} and the folder of images {folder} lie in one another: masks would be read as images. "
                "Name another folder"
            )


def _came_otherwise(folder: Path, *, converts: bool) -> bool:
    """Whether a folder holds a segmenter that was trained where one is to be converted, or the reverse."""
    return RunFolder(folder).record.exists() if converts else is_saved(folder)


def _check_segmenter(folder: Path, *, converts: bool, overwrite: bool) -> None:
    """Raises UsageError where the folder of the segmenter cannot be used: before there was any training."""
    if not _came_otherwise(folder, converts=converts):
        return
    if not overwrite:
        got, expected = ("trained", "converted")[:: 1 if converts else -1]
        raise UsageError(
            f"{folder}: got a segmenter that was {got}, expected one that is {expected}, as these options have it "
            "(--segmenter-config). Give those of before, --overwrite to start over, or another folder"
        )
    known = {path.name for path in _segmenter_files(folder)}
    foreign = next((path for path in sorted(filter(is_content, folder.iterdir())) if path.name not in known), None)
    if foreign is not None:
        raise UsageError(
            f"{foreign}: got a file that is none of the segmenter's, which --overwrite removes. Move it away, or "
            "name another folder"
        )


def _segmenter_files(folder: Path) -> tuple[Path, ...]:
    """What a training or a conversion writes; last what says which of them it was."""
    *of_run, record = RunFolder(folder).all
    return (*of_run, folder / CARD, folder / CONFIG, record)


def _forget(folders: Mapping[Stage, Path], *, converts: bool) -> None:
    """Remove what stages behind the first one made.

    Should this call be stopped, the next one, without `overwrite`, would find it made from another localizer, and
    refuse to go on.
    """
    segmenter = folders[Stage.SEGMENTER]
    if _came_otherwise(segmenter, converts=converts):
        for path in _segmenter_files(segmenter):
            remove(path)
        remove_unfinished(segmenter)
    for folder in map(RunFolder, (folders[Stage.MASKS], segmenter, folders[Stage.PREDICTIONS])):
        if folder.has_record:
            remove_masks(folder.path, (), others=True)
            for name in (CONSENSUS, REJECTED):
                (folder.path / name).unlink(missing_ok=True)
            folder.clear()
            # As of a run that was about to begin: without a record, it would be a folder of somebody else's files.
            folder.record.write_bytes(b"")
