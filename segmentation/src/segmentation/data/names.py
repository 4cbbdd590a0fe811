"""Names of files in folders, and what an image and its mask share of theirs."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath


def image_key(name: str) -> str:
    """What an image and its mask share: the path of the file in its folder, `/` between its parts, no suffix."""
    path = PurePosixPath(name.replace("\\", "/").lstrip("/"))
    return (path.parent / path.stem).as_posix()


def last_part(key: str) -> str:
    """The name of an image without the folders that its key has."""
    return key.rpartition("/")[2]


def keys_by_name(keys: Iterable[str]) -> defaultdict[str, list[str]]:
    """Keys of images by the last part of each."""
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_name[last_part(key)].append(key)
    return by_name


def names_below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[str]:
    """The files with one of `suffixes` (lower case) in a folder and below it, `/` between the parts of a name.

    Names that begin with a dot are no content: what systems leave behind. A folder that is reached twice, by
    links, is read once.
    """
    seen: set[str] = set()
    # Not pathlib, which takes seconds for the hundred thousand files of a data set.
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        below = os.path.relpath(place, folder).replace(os.sep, "/")
        prefix = "" if below == "." else f"{below}/"
        for name in sorted(names):
            if name.lower().endswith(suffixes) and not name.startswith("."):
                yield f"{prefix}{name}"
