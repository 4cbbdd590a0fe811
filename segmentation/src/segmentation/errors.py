"""Errors that a user can act on, each with the exit code that the command line gives it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PARTIAL = 3
    """The run ended, but some images were skipped."""
    MISSING_RESOURCE = 4
    """A checkpoint, a data file or an optional dependency is not installed."""
    INTERRUPTED = 130


class CapsegError(Exception):
    """Something that the user can mend: the message says what, where, got, expected, and the next command."""

    exit_code = ExitCode.FAILURE


class UsageError(CapsegError):
    """The options do not fit together or name something that does not exist."""

    exit_code = ExitCode.USAGE


class InputError(CapsegError):
    """An input cannot be read: an image, a label file, a truth, a checkpoint."""


class MissingResourceError(CapsegError):
    """A checkpoint, a data file or an optional dependency is missing."""

    exit_code = ExitCode.MISSING_RESOURCE


class OutputError(CapsegError):
    """The output cannot be written: a full disk, a missing permission, another run at work in the same folder."""
