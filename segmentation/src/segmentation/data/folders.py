"""Where the image of a label record lies."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from segmentation.data.images import IMAGE_SUFFIXES
from segmentation.data.names import image_key, names_below
from shared_runtime.errors import InputError

COCO_ID_DIGITS = 12
"""COCO's files are named by the image id, padded with zeros: image 139 is 000000000139.jpg."""


class UnsafeNameError(ValueError):
    """A file name that leads out of the folder that it is looked up in."""


class ImageFolders:
    """Folders of images, searched in their order."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Raises `InputError` for a folder that is none."""
        for folder in folders:
            if not folder.is_dir():
                got = "a file" if folder.exists() else "nothing there"
                raise InputError(f"{folder}: got {got}, expected a folder of images")
        self._folders = tuple(folders)

    def find(self, file_name: str | None, image_id: int | str) -> Path | None:
        """The image of that file name, relative to one of the folders, or else the one named by its id.

        An id stands for the file of that name, with its suffix or without; a number also for COCO's padded file
        name. Names that differ in case or in their Unicode form alone are found where only one file has them.
        Raises `UnsafeNameError` for a name that is absolute or goes up.
        """
        names = [name for name in (file_name, image_id) if isinstance(name, str)]
        for name in names:
            relative = _inside(name)
            for folder in self._folders:
                if _is_file(folder / relative):
                    return folder / relative
        by_key = self._by_key
        found = next((by_key[stem] for stem in _stems(image_id) if stem in by_key), None)
        return found or next((alike[0] for name in names if len(alike := self._alike(name)) == 1), None)

    def look_up(self, file_name: str | None, image_id: int | str) -> Path | str:
        """As `find`; in the place of an image that is not there, or whose name is refused, why."""
        try:
            found = self.find(file_name, image_id)
        except UnsafeNameError as error:
            return str(error)
        return found or f"in none of the image folders{self.hint(str(file_name or image_id))}"

    def namesakes(self, key: str) -> list[Path]:
        """The images of that key, each file once and without links: the first is the one that is found by it."""
        return [*dict.fromkeys(path.resolve() for path in self._all_by_key.get(key, []))]

    def key(self, path: Path) -> str:
        """The key of an image in one of the folders, by which its mask is named."""
        folder = next(folder for folder in self._folders if path.is_relative_to(folder))
        return image_key(path.relative_to(folder).as_posix())

    def hint(self, name: str) -> str:
        """What to say of a name that is not there: files that are nearly so called; empty if there is none."""
        alike = self._alike(name) or [path for path in (self._by_key.get(image_key(name)),) if path]
        return f" (there is {' and '.join(map(str, alike))})" if alike else ""

    def _alike(self, name: str) -> list[Path]:
        return self._by_folded_name.get(_folded(_inside(name).as_posix()), [])

    @cached_property
    def _files(self) -> list[tuple[str, Path]]:
        """All images with their paths in their folders."""
        return [(name, folder / name) for folder in self._folders for name in names_below(folder, IMAGE_SUFFIXES)]

    @cached_property
    def _by_key(self) -> dict[str, Path]:
        return {key: paths[0] for key, paths in self._all_by_key.items()}

    @cached_property
    def _all_by_key(self) -> dict[str, list[Path]]:
        by_key: dict[str, list[Path]] = {}
        for name, path in self._files:
            by_key.setdefault(name.rpartition(".")[0], []).append(path)
        return by_key

    @cached_property
    def _by_folded_name(self) -> dict[str, list[Path]]:
        by_name: dict[str, list[Path]] = {}
        for name, path in self._files:
            by_name.setdefault(_folded(name), []).append(path)
        return by_name


def _is_file(path: Path) -> bool:
    # A name that is too long for the system is the name of no file.
    with suppress(OSError):
        return path.is_file()
    return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    # Names that only Windows reads as leading out are refused everywhere: a label file means one thing.
    parts = (*path.parts, *PureWindowsPath(name).parts)
    if path.is_absolute() or PureWindowsPath(name).anchor or ".." in parts or "\0" in name:
        raise UnsafeNameError(f"got {name!r}, expected a name inside the image folder")
    return path


def _stems(image_id: int | str) -> Iterator[str]:
    text = str(image_id)
    yield text
    if re.fullmatch(r"[0-9]+", text):
        yield text.zfill(COCO_ID_DIGITS)
