"""Where the image of a label record lies."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from segmentation.data.images import IMAGE_SUFFIXES
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

        An id stands for the file of that name or of that stem; a number also for COCO's padded file name.
        Raises `UnsafeNameError` for a name that is absolute or goes up.
        """
        for name in (file_name, image_id):
            if isinstance(name, str):
                relative = _inside(name)
                for folder in self._folders:
                    if (folder / relative).is_file():
                        return folder / relative
        return next((self._by_stem[stem] for stem in _stems(image_id) if stem in self._by_stem), None)

    @cached_property
    def _by_stem(self) -> dict[str, Path]:
        by_stem: dict[str, Path] = {}
        for folder in self._folders:
            for path in sorted(folder.iterdir()):
                if path.suffix.lower() in IMAGE_SUFFIXES:
                    by_stem.setdefault(path.stem, path)
        return by_stem


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
