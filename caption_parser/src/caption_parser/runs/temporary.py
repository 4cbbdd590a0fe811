"""Bytes in the temporary folder, and its errors, told apart from those of inputs and outputs."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Self

from shared_runtime.errors import CapparseError
from shared_runtime.files import write_all


@contextmanager
def temporary_disk() -> Iterator[None]:
    """What is done within needs the temporary folder alone. Raises `CapparseError` where that is full."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CapparseError(
            f"bringing images together failed in the temporary folder: {reason}."
            " Set TMPDIR to a folder with more room"
        ) from error


class TemporaryBytes:
    """A file without a name, which vanishes with the process: first written, then read, as often as need be.

    A context manager. What has to write raises `CapparseError` where the temporary folder is full.
    """

    def __init__(self) -> None:
        with temporary_disk():
            # Unbuffered, so that nothing is left to be written when it is closed.
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115  closed by `__exit__`
        self._reader = io.BufferedReader(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._reader.close()

    def write(self, content: bytes) -> None:
        """Append `content`."""
        with temporary_disk():
            write_all(self._file, content)

    def from_start(self) -> "io.BufferedReader[io.FileIO]":
        """All of it to be read; one at a time."""
        self._reader.seek(0)
        return self._reader
