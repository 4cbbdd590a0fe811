"""Progress on stderr: a bar where stderr is a terminal, a line now and then where it is a file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Show = Callable[[str, int, int | None], None]
"""Shows what is being done, how much of it is done, and how much there is to do (None: that is not known)."""

SECONDS_BETWEEN_LINES = 60.0


@contextmanager
def progress_display(*, quiet: bool) -> Iterator[Show]:
    """A function that shows how far a command is; one that does nothing if `quiet`."""
    if quiet:
        yield lambda _what, _done, _total: None
    elif sys.stderr.isatty():
        yield from _bar()
    else:
        yield _Lines()


class _Lines:
    """A line a minute, and one at the end of what took longer than that."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._said_anything = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last < SECONDS_BETWEEN_LINES and not (self._said_anything and done == total):
            return
        self._last, self._said_anything = now, True
        typer.echo(f"{what}: {done:,}" + (f" of {total:,}" if total is not None else ""), err=True)


def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Without a refreshing thread: worker processes are forked while the bar stands.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=what, completed=done, total=total, refresh=True)

        yield show
