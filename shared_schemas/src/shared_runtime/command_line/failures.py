"""From exceptions to one message on stderr and an exit code."""

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from shared_runtime.errors import CapparseError, ExitCode
from shared_runtime.files import shown_path


@contextmanager
def reported_failures(*, program: str, debug: bool) -> Iterator[None]:
    """Ends the command with a message and an exit code where its block raises; `debug`: after the traceback."""
    try:
        yield
    except typer.BadParameter as error:
        error.message = _with_suggestion(_with_value(error))
        raise
    except (typer.TyperException, typer.Exit, typer.Abort):
        # Typer reports these itself.
        raise
    except BrokenPipeError:
        # A reader that went away (`| head`) is no failure to report.
        raise typer.Exit(ExitCode.NO_READER) from None
    except SystemExit as end:
        # Rich makes this of it.
        if isinstance(end.__context__, BrokenPipeError):
            raise typer.Exit(ExitCode.NO_READER) from None
        raise
    except KeyboardInterrupt:
        raise _interrupted() from None
    except Exception as error:  # noqa: BLE001  the outermost ring: nothing may reach the user as a bare traceback
        from shared_schemas.errors import is_wrapped_interrupt

        if is_wrapped_interrupt(error):
            raise _interrupted() from None
        if debug:
            traceback.print_exc()
        message, exit_code = describe_failure(error, program)
        typer.echo(f"error: {shown_path(message)}", err=True)
        raise typer.Exit(exit_code) from None


def _interrupted() -> typer.Exit:
    typer.echo("interrupted", err=True)
    return typer.Exit(ExitCode.INTERRUPTED)


def describe_failure(error: Exception, program: str) -> tuple[str, ExitCode]:
    """What to tell the user, and the exit code."""
    from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError

    match error:
        case CapparseError():
            return str(error), error.exit_code
        case LabelSpaceError():
            return str(error), ExitCode.USAGE
        case MissingExtraError():
            return str(error), ExitCode.MISSING_RESOURCE
        case RecordError():
            return str(error), ExitCode.FAILURE
        case FileNotFoundError(filename=None) if not _is_somewhere():
            return "the current folder is not there any more. Try: cd", ExitCode.FAILURE
        case OSError(filename=place, strerror=reason):
            return f"{place}: {reason}" if place else str(reason or error), ExitCode.FAILURE
    fault = f"This is a fault of {program}; the same command with --debug shows where"
    return f"{type(error).__name__}: {error}\n{fault}", ExitCode.FAILURE


def _is_somewhere() -> bool:
    try:
        return bool(Path.cwd())
    except OSError:
        return False


def _with_value(error: typer.BadParameter) -> str:
    """What is wrong with a value, and the value: what checks numbers for typer does not say what it got."""
    problems = getattr(error.__cause__, "errors", None)
    if problems is None:
        return error.message.removeprefix("Value error, ")
    from shared_schemas.errors import expectation, shown

    problem = problems(include_url=False)[0]
    if problem["type"] == "value_error":
        return expectation(problem)
    return f"got {shown(problem['input'])}, expected {expectation(problem)}"


def _with_suggestion(message: str) -> str:
    """`message` about a value that is none of the choices, with the nearest choice."""
    from shared_schemas.errors import did_you_mean

    got, *choices = re.findall(r"'([^']*)'", message) or [""]
    hint = did_you_mean(got, choices)
    return f"{message.rstrip('.')}.{hint}" if hint else message
