"""What every command that trains shows: progress, what was left out, how to go on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from segmentation.cli.outcome import outcome
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode

if TYPE_CHECKING:
    from segmentation.runs.training import TrainingRun
    from segmentation.training.loop import Progress

_SHOWN = 5


def run_training(
    train: "Callable[[Callable[[Progress], None]], TrainingRun]", output: Path, *, overwrite: bool, quiet: bool
) -> None:
    """Call `train` with what shows its progress, report what it did in `output`, and end the command."""
    try:
        with progress_display(quiet=quiet) as show:
            run = train(lambda at: show(_figures(at), at.step, at.steps))
    except KeyboardInterrupt:
        again = "the same command without --overwrite" if overwrite else "the same command again"
        typer.echo(f"interrupted; run {again} to continue", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not quiet:
        typer.echo("\n".join(_summary(run, output)), err=True)
    ended = outcome(run.n_images - run.n_unreadable, run.n_lost)
    if ended is ExitCode.FAILURE:
        good = run.n_images - run.n_unreadable
        typer.echo(
            f"error: {output}: the network learned from {good:,} of {good + run.n_lost:,} images; the others are "
            "listed above. Mend them, and start over with --overwrite",
            err=True,
        )
    raise typer.Exit(ended)


def _figures(at: "Progress") -> str:
    loss = "" if at.loss is None else f"loss {at.loss:.3f}, "
    rate = "" if at.images_per_second is None else f"{at.images_per_second:.1f} images/s, "
    return f"epoch {at.epochs:.1f}, {loss}{rate}step"


def _summary(run: "TrainingRun", output: Path) -> Iterator[str]:
    left_out = run.left_out
    for image in left_out.faults[:_SHOWN]:
        yield f"skipped: line {image.line}: {image.message}"
    if len(left_out.faults) > _SHOWN:
        yield f"skipped: {len(left_out.faults) - _SHOWN:,} more lines of the label file"
    if left_out.unlabelled:
        yield f"{len(left_out.unlabelled):,} images have no class in their labels: nothing to learn from them"
    absent = len(left_out.skipped) - len(left_out.faults) - len(left_out.unlabelled)
    if absent:
        yield f"{absent:,} images are in none of the folders, which --allow-missing allows"
    if run.training is None:
        yield f"{output} was finished before: nothing to do (--overwrite starts over)"
        return
    for message, times in run.training.unreadable.most_common(_SHOWN):
        yield f"unreadable: {message} ({times} times; other images stood in for it)"
    done = run.training.steps - run.training.first_step
    yield (
        f"{output}: trained on {run.n_images:,} images, {done:,} of {run.training.steps:,} steps now; all "
        f"steps are {run.training.epochs:.4g} epochs"
    )
