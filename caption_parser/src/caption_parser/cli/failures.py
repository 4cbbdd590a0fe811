"""From exceptions to one message on stderr and an exit code."""

import difflib
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from shared_runtime.errors import CapparseError, ExitCode


@contextmanager
def reported_failures(*, debug: bool) -> Iterator[None]:
    """Ends the command with a message and an exit code where its block raises; `debug`: after the traceback."""
    try:
        yield
    except typer.BadParameter as error:
        error.message = _with_suggestion(error.message.removeprefix("Value error, "))
        raise
    except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
        # Typer reports these itself; a reader that went away (`| head`) is no failure to report.
        raise
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001  the outermost ring: nothing may reach the user as a bare traceback
        if debug:
            traceback.print_exc()
        message, exit_code = describe_failure(error)
        typer.echo(f"error: {message}", err=True)
        raise typer.Exit(exit_code) from None


def describe_failure(error: Exception) -> tuple[str, ExitCode]:
    """What to tell the user, and the exit code."""
    from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError

    if isinstance(error, CapparseError):
        return str(error), error.exit_code
    if isinstance(error, LabelSpaceError):
        return str(error), ExitCode.USAGE
    if isinstance(error, MissingExtraError):
        return str(error), ExitCode.MISSING_RESOURCE
    if isinstance(error, RecordError):
        return str(error), ExitCode.FAILURE
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}", ExitCode.FAILURE
    message = (
        f"{type(error).__name__}: {error}\nThis is a fault of capparse; the same command with --debug shows where"
    )
    return message, ExitCode.FAILURE


def _with_suggestion(message: str) -> str:
    """`message` about a value that is none of the choices, with the nearest choice."""
    got, *choices = re.findall(r"'([^']*)'", message) or [""]
    close = difflib.get_close_matches(got, choices, n=1)
    return f"{message.rstrip('.')}. Did you mean {close[0]!r}?" if close else message
