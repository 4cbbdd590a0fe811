"""Ground truth that is index masks already: a folder of PNG files, as PASCAL VOC and SBD come."""

from pathlib import Path

from segmentation.data.masks import IndexMask, read_index_mask
from segmentation.data.truth.contract import MaskTruth
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace


class MaskFolderTruth(MaskTruth[Path]):
    """The PNG files of a folder, with a palette or grey; their values are ids of the label space, or 255."""

    def __init__(self, folder: Path, label_space: LabelSpace) -> None:
        """Raises `InputError` where the folder holds no PNG file."""
        super().__init__(label_space, {path.stem: path for path in folder.glob("*.png")})
        if not self._entries:
            raise InputError(f"{folder}: got no file *.png, expected a folder of index masks")

    @property
    def rules(self) -> str:
        return "masks as drawn"

    def mask(self, key: str) -> IndexMask:
        return read_index_mask(self._entries[key], len(self.class_names))
