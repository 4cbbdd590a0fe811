"""The exit code of what was done for many images, and what may be left out of them."""

from typing import Annotated

import typer

from shared_runtime.errors import ExitCode

AllowMissing = Annotated[
    bool,
    typer.Option("--allow-missing", help="Leave out images that are in none of the folders; without it, a fault."),
]


def outcome(done: int, lost: int) -> ExitCode:
    """Fine where no image was lost, partial where some were, a failure where most were, or all."""
    if not lost:
        return ExitCode.OK
    return ExitCode.FAILURE if lost > done else ExitCode.PARTIAL


def the_same_again(*, overwrite: bool) -> str:
    """The command that goes on where an interrupted one stopped; with --overwrite it would start over."""
    return "the same command without --overwrite" if overwrite else "the same command again"
