"""Progress on stderr: a bar where stderr is a terminal, a line now and then where it is a file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from segmentation.training.loop import Progress

_SECONDS_BETWEEN_LINES = 60.0


@contextmanager
def training_bar(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A function that shows how far a training has come."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        yield from _bar()
    else:
        yield _LogLines()


class _LogLines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES or progress.step == progress.steps:
            self._last = now
            typer.echo(f"step {progress.step:,} of {progress.steps:,}, {_figures(progress)}", err=True)


def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Without a refreshing thread: worker processes are forked while the bar stands.
    with Bar(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=_figures(progress),
                completed=progress.step,
                total=progress.steps,
                refresh=True,
            )

        yield show


def _figures(progress: Progress) -> str:
    return f"epoch {progress.epochs:.1f}, loss {progress.loss:.3f}, {progress.images_per_second:.1f} images/s"
