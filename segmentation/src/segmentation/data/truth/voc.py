"""Ground truth that is index masks already: a folder of PNG files, as PASCAL VOC and SBD come."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from segmentation.data.masks import IndexMask, read_index_mask
from segmentation.data.truth.contract import MaskTruth
from segmentation.errors import InputError
from shared_schemas import LabelSpace


class MaskFolderTruth(MaskTruth):
    """The PNG files of a folder, with a palette or grey; their values are ids of the label space, or 255."""

    def __init__(self, folder: Path, label_space: LabelSpace) -> None:
        """Raises `InputError` where the folder holds no PNG file."""
        super().__init__(label_space)
        self._folder = folder
        if not self._keys:
            raise InputError(f"{folder}: got no file *.png, expected a folder of index masks")

    @property
    def rules(self) -> str:
        return "masks as drawn"

    def keys(self) -> Sequence[str]:
        return self._keys

    def mask(self, key: str) -> IndexMask:
        return read_index_mask(self._folder / f"{key}.png", len(self.class_names))

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._folder.glob("*.png")))
