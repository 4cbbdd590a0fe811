"""Which mask of a folder is that of which image of a truth."""

import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from segmentation.data.masks import mask_files
from segmentation.data.names import keys_by_name, last_part
from shared_runtime.errors import InputError


class MatchedMasks(NamedTuple):
    """Masks by the keys of the truth."""

    files: dict[str, Path]
    outside: int
    """Masks of no image of the truth."""


def matched_masks(folder: Path, keys: Collection[str]) -> MatchedMasks:
    """The masks of a folder and of those below it, each with the key of the truth that is its own.

    Where one side names a folder that the other leaves out (`val/0001` and `0001`), they belong together as long
    as no other image has that name. Raises `InputError` where the folder has no mask of the truth.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: got no folder, expected one with masks <image stem>.png")
    masks = {_form(key): path for key, path in mask_files(folder).items()}
    files = {key: masks[_form(key)] for key in keys if _form(key) in masks}
    truths_by_name, masks_by_name = keys_by_name(map(_form, keys)), keys_by_name(masks)
    for key in keys:
        name = last_part(_form(key))
        if key not in files and len(truths_by_name[name]) == len(masks_by_name[name]) == 1:
            (candidate,) = masks_by_name[name]
            if _ends_with(candidate, _form(key)) or _ends_with(_form(key), candidate):
                files[key] = masks[candidate]
    if not files:
        got = f"masks such as {min(masks)}.png" if masks else "no file *.png"
        raise InputError(f"{folder}: got {got}, expected masks of the truth's images, such as {min(keys)}.png")
    return MatchedMasks(files, len(masks) - len(files))


def _form(key: str) -> str:
    """Some systems take names apart into letters and accents."""
    return unicodedata.normalize("NFC", key)


def _ends_with(longer: str, shorter: str) -> bool:
    return longer.endswith(f"/{shorter}")
