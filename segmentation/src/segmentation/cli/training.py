"""What every command that trains shows: progress, what was left out, how to go on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

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
    raise typer.Exit(ExitCode.PARTIAL if run.damaged else ExitCode.OK)


def _figures(at: "Progress") -> str:
    return f"epoch {at.epochs:.1f}, loss {at.loss:.3f}, {at.images_per_second:.1f} images/s, step"


def _summary(run: "TrainingRun", output: Path) -> Iterator[str]:
    for image in run.skipped[:_SHOWN]:
        yield f"skipped: line {image.line}: {image.message}"
    if len(run.skipped) > _SHOWN:
        yield f"skipped: {len(run.skipped) - _SHOWN:,} more lines of the label file"
    if run.training is None:
        yield f"{output} was finished before: nothing to do (--overwrite starts over)"
        return
    for message, times in run.training.unreadable.most_common(_SHOWN):
        yield f"unreadable: {message} ({times} times; other images stood in for it)"
    done = run.training.steps - run.training.first_step
    yield f"{output}: trained on {run.n_images:,} images, {done:,} of {run.training.steps:,} steps now"
