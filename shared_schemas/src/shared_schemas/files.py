"""Files that are whole or absent: nothing half-written ever stands under the name asked for."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OF_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

UNFINISHED = r"\.\d+(\.[0-9a-f]{8})?"
"""A regular expression: what follows the name of a file while it is written; a dot stands before it."""


def unfinished_beside(path: Path) -> Path:
    """A name beside `path` for what is to become it, of this call alone: threads and containers share numbers."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")


@contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Gives errors that only writing can have, and that name no file, the name `path`."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in _OF_WRITING:
            error.filename = str(path)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; at the end of the block, what was written there takes the name `path`.

    At any moment `path` holds all of its old or all of its new content, also when the machine loses power. If the
    block raises, `path` stays as it was and what was written is removed. A symbolic link stays one: the file that
    it points to is replaced. What is no file (a device, a pipe) is written to itself. Raises `OSError`.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        with naming_full_disk(path):
            yield target
        return
    unfinished = unfinished_beside(target)
    try:
        with naming_full_disk(path):
            unfinished.touch()
            permissions = unfinished.stat().st_mode
            yield unfinished
            # safetensors makes files that nobody else can read, whatever the user's mask says.
            unfinished.chmod(permissions)
            # Some systems give the new name before the bytes are on disk, unless they are told to wait.
            with unfinished.open("rb+") as file:
                os.fsync(file.fileno())
            unfinished.replace(target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(unfinished):
            error.filename = str(path)
        # A full disk or a lost permission is told of already.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. Raises `OSError`."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)
