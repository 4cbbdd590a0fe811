"""Where an export is written: a folder, a zip archive or one file, each of which is there whole or not at all."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import BinaryIO, Protocol, Self
from zipfile import ZipFile, ZipInfo

from shared_schemas.compression import open_output
from shared_schemas.files import replacing, unfinished_beside

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can state: equal content gives equal bytes."""


class Sink(Protocol):
    """Takes files by their names, `/` between the parts."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file. Raises OSError."""
        ...

    def place(self, name: str, source: Path) -> None:
        """Put a file that there is under another name. Raises OSError."""
        ...


@contextmanager
def open_folder(path: Path, *, copy: bool) -> Iterator[Sink]:
    """A folder that gets its name once it is complete; nothing, or an empty folder, may have it before.

    `copy`: copy images in place of linking to their bytes (hard links, where the file system has them).
    """
    unfinished = unfinished_beside(path)
    unfinished.mkdir()
    try:
        yield _Folder(unfinished, copy)
        unfinished.replace(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


class _Folder:
    def __init__(self, root: Path, copy: bool) -> None:
        self._root, self._copy = root, copy

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        with self._made(name).open("xb") as file:
            file.writelines(pieces)

    def place(self, name: str, source: Path) -> None:
        target = self._made(name)
        if not self._copy:
            try:
                target.hardlink_to(source.resolve())
            except OSError:
                pass  # another file system, or one without links
            else:
                return
        shutil.copyfile(source, target)

    def _made(self, name: str) -> Path:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@contextmanager
def open_archive(path: Path) -> Iterator[Sink]:
    """A zip archive, nothing compressed: pictures are."""
    with replacing(path) as unfinished, ZipFile(unfinished, "w") as archive:
        yield _Archive(archive)


class _Archive:
    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        info = ZipInfo(name, _EPOCH)
        info.external_attr = 0o644 << 16
        with self._archive.open(info, "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)

    def place(self, name: str, source: Path) -> None:
        with source.open("rb") as file:
            self.write(name, iter(lambda: file.read(1 << 20), b""))


@contextmanager
def open_file(path: Path) -> Iterator[Sink]:
    """One file, whatever its name in the layout."""
    with open_output(path) as stream:
        yield _File(stream)


class _File:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, name: str, pieces: Iterable[bytes]) -> None:  # noqa: ARG002
        self._stream.writelines(pieces)

    def place(self, name: str, source: Path) -> None:
        raise AssertionError(f"a layout of one file has no place for {source} ({name})")


class SpooledLists:
    """Lists that grow on disk, by name: `contract.Lists`."""

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory()
        self._files: dict[str, BinaryIO] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        self._folder.cleanup()

    def append(self, name: str, line: bytes) -> None:
        """Add a value, as JSON with a line feed."""
        if name not in self._files:
            self._files[name] = (Path(self._folder.name) / name).open("w+b")
        self._files[name].write(line)

    def lines(self, name: str) -> Iterator[bytes]:
        """The values of a list, in their order."""
        file = self._files.get(name)
        if file is not None:
            file.seek(0)
            yield from file
