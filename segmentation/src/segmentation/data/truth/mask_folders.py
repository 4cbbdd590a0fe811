"""Ground truth that is pictures in folders: index masks, as PASCAL VOC and SBD come, and YouTube-Objects."""

from copy import copy
from pathlib import Path
from typing import Self

import numpy as np

from segmentation.data.images import read_image
from segmentation.data.masks import IGNORE_INDEX, IndexMask, mask_files, read_index_mask
from segmentation.data.truth.contract import MaskTruth
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

VOC_MASKS = "SegmentationClass"
"""The folder of the masks in PASCAL VOC."""
YOUTUBE_OBJECTS_MASKS = "*/data/*/shots/*/labels/*"
"""Class, video, shot and frame of every mask, below the folder that their archive unpacks to."""

_YOUTUBE_OBJECTS_SUFFIXES = (".jpg", ".png")
_OBJECT_LEVEL = 128
"""The masks of YouTube-Objects are black and white, but JPEG files: their borders are blurred."""


class MaskFolderTruth(MaskTruth[Path]):
    """The PNG files of a folder and of those below it, with a palette or grey.

    Their values are ids of the label space, or 255.
    """

    def __init__(self, root: Path, label_space: LabelSpace, below: str = "") -> None:
        """`below`: the folder of the masks, in `root`. Raises `InputError` where it holds no PNG file, or none
        of an object."""
        folder = root / below
        super().__init__(root, label_space, mask_files(folder))
        if not self._entries:
            raise InputError(f"{folder}: got no file *.png, expected a folder of index masks")
        self._check_values(folder)

    def _check_values(self, folder: Path) -> None:
        """Raises `InputError` for masks of 0 and 255 alone: void and background, which any mask gets right."""
        any_void = False
        for key in self.keys():
            try:
                mask = self.mask(key)
            except InputError:
                # Told when it is scored.
                continue
            void = mask == IGNORE_INDEX
            if mask[~void].any():
                return
            any_void |= bool(void.any())
        if any_void:
            raise InputError(
                f"{folder}: got masks of the values 0 and {IGNORE_INDEX} alone, expected class ids: "
                f"{IGNORE_INDEX} means 'ignore', so that no object is left. Is {IGNORE_INDEX} the object? Then "
                f"write its class id of label space {self.label_space.name!r} in the place of {IGNORE_INDEX}"
            )

    def overlaid_by(self, other: Self) -> Self:
        """These masks with those of `other`, which take the place of masks of the same key."""
        both = copy(self)
        both._entries = {**self._entries, **other._entries}
        return both

    @property
    def rules(self) -> str:
        return "masks as drawn"

    def mask(self, key: str) -> IndexMask:
        return read_index_mask(self._entries[key], len(self.class_names))


class YouTubeObjectsTruth(MaskTruth[tuple[Path, int]]):
    """Frames of videos, one class in each, with the masks of Jain & Grauman (2014).

    Masks lie in `<class>/data/<video>/shots/<shot>/labels/<frame>.jpg`; white is an object of the folder's class.
    Keys join the four names, `cow_0001_001_00021`: frames have the same names in every video.
    """

    def __init__(self, root: Path, label_space: LabelSpace) -> None:
        """Raises `InputError` where there is no mask, or one of a class that the label space lacks."""
        entries: dict[str, tuple[Path, int]] = {}
        for path in root.glob(YOUTUBE_OBJECTS_MASKS):
            if path.suffix.lower() in _YOUTUBE_OBJECTS_SUFFIXES:
                name, _, video, _, shot, _, frame = path.relative_to(root).with_suffix("").parts
                label = label_space.by_name.get(name)
                if label is None:
                    known = ", ".join(label_space.by_name)
                    raise InputError(
                        f"{root}: got a folder {name!r}, expected classes of the label space: {known}"
                    )
                entries[f"{name}_{video}_{shot}_{frame}"] = (path, label.id)
        if not entries:
            raise InputError(f"{root}: got no mask, expected files {YOUTUBE_OBJECTS_MASKS}.jpg or .png")
        super().__init__(root, label_space, entries)

    @property
    def rules(self) -> str:
        return f"one class per frame, object where the mask is at least {_OBJECT_LEVEL} of 255"

    def mask(self, key: str) -> IndexMask:
        path, class_id = self._entries[key]
        is_object = read_image(path)[:, :, 0] >= _OBJECT_LEVEL
        return np.where(is_object, class_id, 0).astype(np.uint8)
