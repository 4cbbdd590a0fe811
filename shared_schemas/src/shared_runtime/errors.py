"""Errors that a user can act on, each with the exit code that the command line gives it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PARTIAL = 3
    """The run ended, but some rows or images were left out."""
    MISSING_RESOURCE = 4
    """A model, a data file or an optional dependency is not installed."""
    INTERRUPTED = 130
    NO_READER = 141
    """Who read standard output went away (`| head`): what shells say of programs that SIGPIPE ends."""


class CapparseError(Exception):
    """Something that the user can correct: the message says what, where, got, expected, and the next command."""

    exit_code = ExitCode.FAILURE


class UsageError(CapparseError):
    """The options do not fit together or name something that does not exist."""

    exit_code = ExitCode.USAGE


class InputError(CapparseError):
    """An input as a whole cannot be read (single rows and images that cannot are rejected, not raised)."""


class MissingResourceError(CapparseError):
    """A model, a checkpoint, a data file or an optional dependency is missing."""

    exit_code = ExitCode.MISSING_RESOURCE


class OutputError(CapparseError):
    """An output cannot be written: a full disk, a missing permission, another run at work on the same files."""


class TooManyRejectedError(CapparseError):
    """More rows were rejected than the user allows (`--strict`, `--max-errors`)."""
