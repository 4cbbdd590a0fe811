"""`capseg run`: the whole way from labels to a segmenter, in one folder."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.masks import option_errors, written
from segmentation.cli.outcome import AllowMissing, outcome, the_same_again
from segmentation.cli.training import (
    Device,
    Images,
    Labels,
    LabelSpaceOfLabels,
    Quiet,
    Workers,
    resolved,
    training_summary,
)
from segmentation.experiments.catalog import DEFAULT, DEFAULT_SEGMENTER
from segmentation.localization.config import LocalizerConfig
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskRun
from segmentation.prediction.files import Predicted
from segmentation.prediction.options import PredictionOptions
from segmentation.runs.training import TrainingRun
from segmentation.segmenter.config import SegmenterConfig
from segmentation.training.config import MachineOptions
from segmentation.workflow.stages import (
    Converted,
    StageDone,
    WorkflowInputs,
    WorkflowMachine,
    WorkflowOptions,
    planned_images,
    run_workflow,
)
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode, UsageError
from shared_runtime.wording import counted, numbered
from shared_runtime.workers import usable_cores

CONVERT = "convert"
"""In the place of a segmenter's configuration: the localizer itself."""

_OF_A_TRAINING = re.compile(
    r"--(?:set|backbone|weights|localizer|epochs|batch-size|accumulation|image-size|learning-rate)(?![\w-])"
)
"""Options that errors of a training speak of, and that this command has not."""


@contextmanager
def _own_options() -> Iterator[None]:
    """Says how this command is told what errors of a training ask for."""
    try:
        yield
    except UsageError as error:
        if _OF_A_TRAINING.search(str(error)):
            here = "In capseg run such options are --set-localizer KEY=VALUE and --set-segmenter KEY=VALUE"
            raise UsageError(f"{error}. {here}: weights=FILE, training.batch_size=8") from error
        raise


def run_command(
    images: Images,
    labels: Labels,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Folder of all stages, a sub-folder each.")
    ],
    localizer_config: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Of the localizer: an experiment, or a TOML or JSON file.")
    ] = DEFAULT,
    segmenter_config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE|convert",
            help="Of the segmenter, which learns from the masks: an experiment, or a TOML or JSON file; convert: "
            "the localizer itself, without another training  [default: convert where the localizer learns against "
            f"a background, as {DEFAULT} does, else {DEFAULT_SEGMENTER}]",
        ),
    ] = None,
    set_localizer: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Set any value of the localizer's; repeatable.")
    ] = None,
    set_segmenter: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Set any value of the segmenter's; repeatable.")
    ] = None,
    label_space: LabelSpaceOfLabels = None,
    refine: Annotated[
        Refinement | None,
        typer.Option(
            help="How the masks that the segmenter learns from are fitted to edges  [default: as in make-masks]"
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            metavar="INSTANCES.json|DIR",
            help="True masks to score the predictions against in the report  [default: no scores]",
        ),
    ] = None,
    only_labelled: Annotated[
        bool,
        typer.Option(
            "--only-labelled", help="Predict the images of LABELS alone  [default: all images of the folders]"
        ),
    ] = False,
    device: Device = "auto",
    workers: Workers = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that refine and write masks  [default: one per core]")
    ] = None,
    allow_missing: AllowMissing = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Start over: what stands in OUT is made anew.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Train a localizer, make masks, train a segmenter on them or convert the localizer into one, let it predict
    all images of the folders, and write a report.

    OUT/localizer, OUT/masks, OUT/segmenter and OUT/predictions are what train-localizer, make-masks,
    train-segmenter or convert, and predict write, OUT/report.html what report writes. Run the same command again
    to continue where it stopped; what is done is not done again.

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights or a package are missing; 130 interrupted.

    Example:

      capseg run --images train2017 --labels labels.jsonl -o runs/coco
    """
    with option_errors():
        masks = MaskOptions(refine=refine)
    space = {"label_space": label_space}
    with _own_options():
        localizer = resolved(LocalizerConfig, localizer_config, space, set_localizer, labels)
    if segmenter_config is None:
        converts = localizer.network.background_logit is not None and not set_segmenter
        segmenter_config = CONVERT if converts else DEFAULT_SEGMENTER
    if segmenter_config == CONVERT and set_segmenter:
        raise UsageError(
            f"--segmenter-config {CONVERT} trains nothing that --set-segmenter could set. Give one of them"
        )
    segmenter = None
    if segmenter_config != CONVERT:
        with _own_options():
            segmenter = resolved(SegmenterConfig, segmenter_config, {}, set_segmenter)
    options = WorkflowOptions(
        localizer,
        segmenter,
        masks,
        PredictionOptions(),
    )
    machine = WorkflowMachine(
        MachineOptions(device=device, workers=workers, allow_missing=allow_missing),
        MaskMachine(device, processes or usable_cores()),
    )
    ended = ExitCode.OK
    try:
        with _own_options(), progress_display(quiet=quiet) as show:
            inputs = WorkflowInputs(images, labels, truth, only_labelled)
            if not quiet:
                typer.echo(_plan(inputs, output, options), err=True)
            for done in run_workflow(inputs, output, options, machine, overwrite=overwrite, show=show):
                if not quiet:
                    typer.echo("\n".join(_summary(done)), err=True)
                of_stage = outcome(*done.counts)
                if of_stage is ExitCode.FAILURE:
                    typer.echo(
                        f"error: {done.path}: most images were lost; mend them, remove {output}, and start over",
                        err=True,
                    )
                    raise typer.Exit(of_stage)
                ended = max(ended, of_stage)
    except KeyboardInterrupt:
        typer.echo(f"interrupted; run {the_same_again(overwrite=overwrite)} to continue", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    raise typer.Exit(ended)


def _plan(inputs: WorkflowInputs, output: Path, options: WorkflowOptions) -> str:
    """How many images there are to learn from, and how many to predict."""
    planned = planned_images(inputs, output, options)
    labelled = counted(planned.n_labelled, "labelled image")
    if inputs.only_labelled or planned.n_labelled == planned.n_images:
        return f"{labelled} to learn from, which are predicted"
    return (
        f"{labelled} to learn from; all {counted(planned.n_images, 'image')} of the folders are predicted "
        "(--only-labelled: those of the labels alone)"
    )


def _summary(done: StageDone) -> Iterator[str]:
    result = done.result
    if isinstance(result, TrainingRun):
        yield from training_summary(result, done.path)
    elif isinstance(result, Converted):
        yield f"{done.path}: the localizer as a segmenter of {numbered(result.n_classes, 'class', 'classes')}"
    elif isinstance(result, MaskRun | Predicted):
        yield f"{done.path}: {written(result.counts)}"
        if result.counts.rejected:
            rejected = counted(len(result.counts.rejected), "image")
            yield f"{done.path}: {rejected} got no mask, all listed in rejected.jsonl"
    else:
        yield f"{done.path}: {counted(result, 'image')}"
