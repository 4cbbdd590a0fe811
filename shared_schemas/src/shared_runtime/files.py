"""What two runs of a command need to know about a file: whether it is the same, and whether it is in use.

Files that appear whole or not at all: `shared_schemas.files`.
"""

import hashlib
import sys
from pathlib import Path
from typing import IO, Any

from shared_runtime.errors import InputError, OutputError

if sys.platform != "win32":
    import fcntl


def short_digest(content: bytes, *, size: int = 6) -> str:
    """The BLAKE2b digest of `content`, of `size` bytes, in hexadecimal digits: a name, no protection."""
    return hashlib.blake2b(content, digest_size=size).hexdigest()


def file_digest(path: Path) -> str:
    """The SHA-256 digest of a file in hexadecimal digits. Raises `InputError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def lock(file: IO[Any], in_use: str) -> None:
    """Keep other processes from locking `file` until it is closed; does nothing on Windows.

    Raises `OutputError` with the message `in_use` where another process has it.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(in_use) from error
