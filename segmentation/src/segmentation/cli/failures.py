"""From an exception to one message and an exit code."""

from shared_runtime.errors import CapparseError, ExitCode


def describe_failure(error: Exception) -> tuple[str, ExitCode]:
    """What to tell the user, and the exit code."""
    from shared_schemas.errors import LabelSpaceError, MissingExtraError, RecordError

    match error:
        case CapparseError():
            message, exit_code = str(error), error.exit_code
        case LabelSpaceError():
            message, exit_code = str(error), ExitCode.USAGE
        case MissingExtraError():
            message, exit_code = str(error), ExitCode.MISSING_RESOURCE
        case RecordError():
            message, exit_code = str(error), ExitCode.FAILURE
        case OSError(filename=place, strerror=reason):
            message, exit_code = f"{place}: {reason}" if place else str(reason or error), ExitCode.FAILURE
        case _:
            message = f"{type(error).__name__}: {error}\nThis is a fault of capseg; --debug shows where"
            exit_code = ExitCode.FAILURE
    return f"error: {message}", exit_code
