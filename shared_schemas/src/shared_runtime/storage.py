"""Files and folders by path or URL: local ones as they are, those elsewhere (`s3://`, `hf://`) by fsspec."""

import glob
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from shared_runtime.errors import InputError, MissingResourceError, OutputError, UsageError
from shared_schemas.files import replacing

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_WITHOUT_PATTERNS = ("http://", "https://")
"""Their names may hold what patterns hold: `?download=true`."""


def is_url(name: object) -> bool:
    """Whether `name` is the URL of a file elsewhere, not a path."""
    return isinstance(name, str) and _URL.match(name) is not None


def has_pattern(name: str) -> bool:
    """Whether `name` stands for several files."""
    return glob.has_magic(name) and not name.lower().startswith(_WITHOUT_PATTERNS)


def matching_urls(pattern: str) -> list[str]:
    """The URLs that a pattern with `*`, `?` or `[` stands for, in order. Raises as `open_url` does."""
    files, path = _filesystem(pattern)
    with _reading(pattern):
        return sorted(files.unstrip_protocol(name) for name in files.glob(path))


def open_url(url: str) -> BinaryIO:
    """The file at a URL, for reading, with seeking.

    Raises `UsageError`, `MissingResourceError` or `InputError`: an unknown kind of URL, a package that is missing
    for it, or a file that cannot be had.
    """
    files, path = _filesystem(url)
    with _reading(url):
        file = files.open(path, "rb")
    # fsspec's memory hands out one object with one position to all who open a file.
    return io.BytesIO(file.getvalue()) if isinstance(file, io.BytesIO) else cast(BinaryIO, file)


def file_size(name: str | Path) -> int:
    """The bytes of a file. Raises as `open_url` does."""
    if isinstance(name, str) and is_url(name):
        files, path = _filesystem(name)
        with _reading(name):
            return int(files.size(path) or 0)
    with _reading(name):
        return Path(name).stat().st_size


def _filesystem(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        message = f"{url}: URLs need the package fsspec. Try: pip install 'capparse[remote]'"
        raise MissingResourceError(message) from None
    try:
        files, path = url_to_fs(url)
    except ImportError as error:
        # fsspec says "Install s3fs to access S3" where the import of s3fs failed.
        missing = getattr(error.__cause__, "name", None) or error.name or "PACKAGE"
        raise MissingResourceError(f"{url}: {error}. Try: pip install {missing.partition('.')[0]}") from None
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    return files, path


@contextmanager
def _reading(name: str | Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{name} does not exist") from None
    except Exception as error:  # noqa: BLE001  each kind of storage has exceptions of its own
        raise InputError(f"{name} cannot be read: {type(error).__name__}: {error}") from None


class Folder:
    """A folder, here or elsewhere, whose files are whole or absent, at any moment and whoever is killed."""

    def __init__(self, place: str | Path) -> None:
        """`place`: a path or a URL; what does not exist is made with the first file."""
        text = str(place)
        root = text[:1] if (scheme := _URL.match(text)) is None else scheme[0]
        self.place = root + text[len(root) :].rstrip("/")
        self._path = None if is_url(self.place) else Path(place)

    def __str__(self) -> str:
        return self.place

    @property
    def local(self) -> Path | None:
        """The path; none: the folder is elsewhere."""
        return self._path

    def of(self, name: str) -> str:
        """The path or URL of a file in it."""
        if self._path is not None:
            return str(self._path / name)
        return f"{self.place}{name}" if self.place.endswith("/") else f"{self.place}/{name}"

    def exists(self, name: str) -> bool:
        """Whether the file is there."""
        if self._path is not None:
            return (self._path / name).is_file()
        files, path = _filesystem(self.of(name))
        with _reading(self.of(name)):
            files.invalidate_cache()
            return bool(files.exists(path))

    def open(self, name: str) -> BinaryIO:
        """The file for reading. Raises as `open_url` does."""
        if self._path is None:
            return open_url(self.of(name))
        with _reading(self.of(name)):
            return (self._path / name).open("rb")

    def read(self, name: str) -> bytes:
        """All of the file. Raises as `open_url` does."""
        with self.open(name) as file, _reading(self.of(name)):
            return file.read()

    @contextmanager
    def adding(self, name: str) -> Iterator[Path]:
        """A local path to write to; what is written there becomes the file `name` at the end of the block.

        On disk it stands beside that file until then (`shared_schemas.files.replacing`); what goes elsewhere is
        sent when it is whole. If the block raises, nothing is left. Raises `OutputError`.
        """
        if self._path is not None:
            with self._writing(name):
                (self._path / name).parent.mkdir(parents=True, exist_ok=True)
                with replacing(self._path / name) as unfinished:
                    yield unfinished
                _sync_folder((self._path / name).parent)
            return
        with tempfile.TemporaryDirectory() as folder:
            unfinished = Path(folder) / Path(name).name
            with self._writing(name):
                yield unfinished
            files, path = _filesystem(self.of(name))
            try:
                files.makedirs(path.rpartition("/")[0], exist_ok=True)
                files.put_file(str(unfinished), path)
            except Exception as error:  # noqa: BLE001  as above
                message = f"{self.of(name)} cannot be written: {type(error).__name__}: {error}"
                raise OutputError(message) from None

    def names(self, under: str = "") -> list[str]:
        """What is in it, or in a folder in it; nothing where there is none, and of one that is elsewhere."""
        folder = self._path / under if self._path is not None else None
        return sorted(path.name for path in folder.iterdir()) if folder is not None and folder.is_dir() else []

    def remove(self, name: str) -> None:
        """Remove a file, if it is there. Raises `OutputError`."""
        if self._path is not None:
            with self._writing(name):
                (self._path / name).unlink(missing_ok=True)
        elif self.exists(name):
            files, path = _filesystem(self.of(name))
            try:
                files.rm_file(path)
            except Exception as error:  # noqa: BLE001  as above
                message = f"{self.of(name)} cannot be removed: {type(error).__name__}: {error}"
                raise OutputError(message) from None

    def write(self, name: str, content: bytes) -> None:
        """Put a file there, whole or not at all. Raises `OutputError`."""
        with self.adding(name) as unfinished:
            unfinished.write_bytes(content)

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = error.filename or self.of(name)
            raise OutputError(f"{place} cannot be written: {error.strerror or error}") from error


def _sync_folder(folder: Path) -> None:
    """Make new names in a folder last, where the system can be told to."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
