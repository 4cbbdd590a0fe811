"""What commands need to know about a file: whether it is an input, whether it is the same, whether it is in use.

Files that appear whole or not at all: `shared_schemas.files`.
"""

import errno
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from shared_runtime.errors import InputError, OutputError, UsageError

if sys.platform != "win32":
    import fcntl

_URL = re.compile(r"(s3|gs|gcs|az|abfss?|hf|https?|ftp|hdfs|memory|webdav|sftp):/+", re.IGNORECASE)
"""A path of such a name has lost one of two slashes."""
_NO_BYTES = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
"""Halves of UTF-16 pairs that stand for no byte of a name."""


def short_digest(content: bytes, *, size: int = 6) -> str:
    """The BLAKE2b digest of `content`, of `size` bytes, in hexadecimal digits: a name, no protection."""
    return hashlib.blake2b(content, digest_size=size).hexdigest()


def shown_path(path: Path | str) -> str:
    r"""A path as text that UTF-8 can hold, in records and messages: bytes of it that are none are `\xff`."""
    text = str(path)
    if text.isascii():
        return text
    text = _NO_BYTES.sub(lambda half: ascii(half.group())[1:-1], text)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def reading(path: Path | str, *also: type[Exception]) -> Iterator[None]:
    """What is done within needs `path` alone. Raises `InputError` where that cannot be read.

    `also`: what else means that, beside errors of the system.
    """
    kinds: tuple[type[Exception], ...] = (OSError, *also)
    try:
        yield
    except kinds as error:
        raise InputError(f"{shown_path(path)}: cannot be read: {_reason(error)}") from error


@contextmanager
def writing(path: Path | str, *also: type[Exception], inside: bool = False) -> Iterator[None]:
    """What is done within writes `path` alone. Raises `OutputError` where that cannot be written.

    `also`: what else means that. `inside`: `path` is a folder, and the file that the system names is told.
    """
    kinds: tuple[type[Exception], ...] = (OSError, *also)
    try:
        yield
    except kinds as error:
        place = (getattr(error, "filename", None) if inside else None) or path
        raise OutputError(f"{shown_path(place)}: cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def file_digest(path: Path) -> str:
    """The SHA-256 digest of a file in hexadecimal digits. Raises `InputError` if it cannot be read."""
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_all(file: IO[bytes], content: bytes) -> None:
    """Write all of `content` to a file that may be unbuffered: those may take a part of it at a time."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[file.write(remaining) :]


def lock(file: IO[Any], in_use: str) -> None:
    """Keep other processes from locking `file` until it, or any other handle of it, is closed; nothing on Windows.

    So this process must open it nowhere else. `file` is open for writing. Raises `OutputError` with the message
    `in_use` where another process has it.
    """
    if sys.platform != "win32":
        try:
            # Not flock, whose locks forked workers inherit: they would keep the next run out as long as they live.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(in_use) from error


def check_no_stream(output: str | Path, option: str = "-o") -> None:
    """Raises `UsageError` for `-` where it cannot be standard output: nobody wants a file of that name."""
    if str(output) == "-":
        raise UsageError(f"{option} -: this is not written to standard output. Give a name")


def check_no_url(output: str | Path, option: str = "-o") -> None:
    """Raises `UsageError` for a URL where only a file here can be written."""
    if scheme := _URL.match(str(output)):
        url = f"{scheme[1]}://{str(output)[scheme.end() :]}"
        raise UsageError(
            f"{option} {url}: got a URL, expected a file here. Write it here and copy it there; of capparse's"
            " commands, 'plan', 'label --plan' and 'merge' write to URLs"
        )


def check_no_loop(path: Path) -> None:
    """Raises `UsageError` for a symbolic link that leads back to itself, on the way to `path` or at its end."""
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UsageError(
                f"{path} is a symbolic link that leads back to itself. Remove it: rm {path}"
            ) from None


def check_output(
    output: Path,
    inputs: Mapping[str, Path],
    *,
    overwrite: bool = True,
    option: str = "-o",
    makes: Path | None = None,
) -> None:
    """Raises `UsageError` if `output` cannot become a file, or is a file that the command reads.

    `inputs` maps what a file is to the user ("the input") to its path: none of them is ever written over, whatever
    path, link or spelling leads to it. Without `overwrite`, no other file is either. `option` names `output`.
    `makes`: a folder that the command makes itself, where it is missing.
    """
    check_no_stream(output, option)
    check_no_url(output, option)
    if output.is_dir():
        raise UsageError(f"{output} is a directory, expected a file: {option} {output / 'NAME'}")
    check_no_loop(output)
    made = makes is not None and not makes.exists() and output.parent.resolve() == makes.resolve()
    if not (made or output.parent.is_dir()):
        raise UsageError(f"the folder {output.parent} does not exist. Try: mkdir -p {output.parent}")
    # Not `resolve`, which raises for links in a circle.
    place, exists = os.path.realpath(output), output.exists()
    for role, path in inputs.items():
        if os.path.realpath(path) == place or (exists and path.exists() and path.samefile(output)):
            raise UsageError(f"{output} is {role}; writing it would destroy it. Choose another file")
    if output.is_file() and not overwrite:
        raise UsageError(f"{output} exists already. Choose another file, or --overwrite to replace it")
