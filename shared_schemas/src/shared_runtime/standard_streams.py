"""Standard input, output and errors as a command can rely on them: there, and taking any text."""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


def prepare_standard_streams() -> None:
    """Give a command all three, whatever it was started with.

    Where one is closed (`>&-`), no file that is opened later may take its number. Errors are then passed over; to
    read or write the others is an error that says so. Characters that a terminal's encoding lacks are written as
    escapes: none of them ends a command.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            _keep_number(number)
            setattr(sys, name, _in_place_of(number))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _keep_number(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        os.set_inheritable(number, True)


def _in_place_of(number: int) -> io.TextIOWrapper:
    if number == 2:
        return io.TextIOWrapper(Path(os.devnull).open("wb", buffering=0), write_through=True)
    return io.TextIOWrapper(_ClosedStream(number), encoding="utf-8", write_through=True)


class _ClosedStream(io.RawIOBase):
    """In the place of standard input or output that was closed when the command began."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.name = ("<stdin>", "<stdout>")[number]

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return False

    def readable(self) -> bool:
        return self._number == 0

    def writable(self) -> bool:
        return self._number != 0

    def readinto(self, _buffer: "WriteableBuffer", /) -> int:
        raise self._error("standard input is closed, and the command reads it. Give the name of a file, or a pipe")

    def write(self, _content: "ReadableBuffer", /) -> int:
        raise self._error("standard output is closed, and the command writes to it. Leave it open: > FILE")

    def _error(self, message: str) -> Exception:
        from shared_runtime.errors import UsageError

        return UsageError(message)
