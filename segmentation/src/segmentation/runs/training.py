"""A training in a run folder: recorded, continued, refused where options differ; the same for whatever is trained.

torch is imported when the training begins, so that wrong options and missing files are told at once.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from segmentation.data.targets import ImageTargets, Vocabulary, read_targets
from segmentation.runs.differences import content_of
from segmentation.runs.folder import RunFolder, RunRecord, installed_versions, open_run
from segmentation.runs.left_out import LeftOut, LeftOutImages
from segmentation.runs.soundness import step_doubts
from segmentation.training.config import MachineOptions, TrainingConfig, TrainingOptions
from shared_schemas import LabelSpace

if TYPE_CHECKING:
    import torch

    from segmentation.backbones.contract import Backbone
    from segmentation.training.loop import Progress, TrainingReport
    from segmentation.training.task import Batch, CellSamples, Samples, Task

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound="Batch")


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingJob(Generic[SampleT, BatchT]):
    """What a command trains, and on what."""

    record: RunRecord
    label_space: LabelSpace
    """What the columns of the network mean."""
    options: TrainingOptions
    samples: "Samples[SampleT, BatchT]"
    build_task: "Callable[[torch.device], Task[BatchT]]"
    """Called when the folder is open, with the device of this process, for what is computed before the first step;
    takes random numbers from torch's default generator, which is seeded."""
    doubts: Sequence[str] = ()
    """What is logged as warnings when the training begins or goes on."""
    frozen_views: int = 0
    """As `TrainingConfig.frozen_views`; the module of the task then has its backbone as `backbone`."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What a training command found and did."""

    n_images: int
    left_out: LeftOutImages
    training: "TrainingReport | None"
    """None: the run was finished before."""

    @property
    def n_unreadable(self) -> int:
        """Images that could not be read, as far as this call has tried."""
        return len(self.training.unreadable) if self.training else 0

    @property
    def n_lost(self) -> int:
        """Records and images that should have been learned from and were not."""
        return len(self.left_out.faults) + self.n_unreadable


def check_start(config: TrainingConfig, output: Path, inputs: Mapping[str, Path], *, overwrite: bool) -> RunFolder:
    """The folder `output`, none of whose files are `inputs`, as `check_output` takes them, or what it starts from.

    Wrong weights are told before anything is read; a run that is finished does without them. Raises as
    `TrainingConfig.start_files` does, and UsageError for a file that the run would write over.
    """
    folder = RunFolder(output)
    start = config.start_files() if overwrite or not folder.finished else {}
    folder.check_inputs({**inputs, **start})
    return folder


class Prepared(NamedTuple):
    """What a command found to learn from."""

    label_space: LabelSpace
    content: Sequence[Any]
    """Of each image, as JSON takes it, all that decides what is learned from it."""
    left_out: LeftOutImages
    build: "Callable[[], tuple[Samples[Any, Any], Callable[[torch.device], Task[Any]]]]"
    """Samples and `build_task` of a `TrainingJob`; imports torch."""
    doubts: Sequence[str] = ()


def train_run(
    config: TrainingConfig,
    options: TrainingOptions,
    output: Path,
    inputs: Mapping[str, Path],
    notes: Mapping[str, Any],
    prepare: Callable[[bool], Prepared],
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train what `config` says, in the steps of its `options`, on what `prepare` finds, in the folder `output`.

    `prepare` is told whether missing images are no fault; it is asked when none of the `inputs`, the files that
    are read, would be written over. `notes`: where they lie. Raises as it does, and as `check_start` and
    `train_in_folder` do.
    """
    machine = machine or MachineOptions()
    check_start(config, output, inputs, overwrite=overwrite)
    found = prepare(machine.allow_missing)
    samples, build_task = found.build()
    n_images = len(found.content)
    job = TrainingJob(
        training_record(config, found.content, notes),
        found.label_space,
        options,
        samples,
        build_task,
        [*found.doubts, *step_doubts(n_images, options)],
        config.frozen_views,
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(n_images, found.left_out, report)


class Labelled(NamedTuple):
    """The images of a label file to learn from."""

    vocabulary: Vocabulary
    targets: list[ImageTargets]
    left_out: LeftOut


def read_labelled(
    labels: Path,
    images: Sequence[Path],
    config: TrainingConfig,
    *,
    allow_missing: bool,
    keep_unlabelled: bool,
    phrases: bool = False,
) -> Labelled:
    """What a label file says of images, as `read_targets` reads it.

    Raises as that does, and InputError where most images are missing or their records damaged.
    """
    vocabulary, targets, skipped = read_targets(
        labels,
        images,
        label_space=config.label_space,
        keep_unlabelled=keep_unlabelled,
        rules=config.labels,
        phrases=phrases,
    )
    left_out = LeftOut(skipped, allow_missing)
    left_out.check(len(targets), labels, images)
    return Labelled(vocabulary, targets, left_out)


def training_record(config: TrainingConfig, samples: Sequence[Any], notes: Mapping[str, Any]) -> RunRecord:
    """The record of a training on `samples`: of each, as JSON takes it, all that decides what it is.

    `notes`: where they were found.
    """
    return RunRecord(
        command=config.command,
        config=config.recorded(),
        samples={"images": len(samples), "fingerprint": _fingerprint(samples), **content_of(config.places())},
        notes={**notes, "versions": installed_versions()},
    )


def train_in_folder(
    job: TrainingJob[SampleT, BatchT],
    output: Path,
    machine: MachineOptions,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> "TrainingReport | None":
    """Do a job in the folder `output`, or what is left of it to do; None if it was finished before.

    Raises UsageError where `output` holds another run, with the differences; MissingResourceError without what
    `machine` asks for, before anything is looked at or removed; KeyboardInterrupt, after a checkpoint, when the
    process is asked to stop.
    """
    import torch

    from segmentation.training.devices import DeviceGroup
    from segmentation.training.kept_cells import FrozenViews, keep_cells
    from segmentation.training.loop import train
    from segmentation.training.metrics_log import check_tensorboard

    if machine.tensorboard and (overwrite or not RunFolder(output).finished):
        check_tensorboard()
    devices = DeviceGroup(machine.device)
    writing = (
        open_run(output, job.record, overwrite=overwrite) if devices.first else nullcontext(RunFolder(output))
    )
    with writing as folder:
        devices.wait()
        if folder.finished:
            if devices.first:
                # Left where a process was killed between the weights and the end.
                folder.checkpoint.unlink(missing_ok=True)
                folder.drop_cells()
            return None
        if devices.first:
            folder.write_label_space(job.label_space)
            for doubt in job.doubts:
                _log.warning("%s", doubt)
        torch.manual_seed(job.options.seed)
        task, samples = job.build_task(devices.device), job.samples
        if job.frozen_views:
            backbone = cast("Backbone", task.module.get_submodule("backbone"))
            views = FrozenViews(job.frozen_views, job.options.seed)
            samples = keep_cells(
                backbone,
                cast("CellSamples[SampleT, BatchT]", samples),
                views,
                folder,
                devices,
                machine.workers,
                show=show,
            )
        report = train(task, samples, job.options, folder, devices, machine, show=show)
        if devices.first:
            folder.drop_cells()
        return report


def _fingerprint(samples: Sequence[Any]) -> str:
    """Sixteen hexadecimal digits over all samples, in their order."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(json.dumps(sample).encode() + b"\n")
    return digest.hexdigest()[:16]
