"""Ground truth by its path alone: what kind it is shows in what lies there."""

from pathlib import Path
from typing import Any

from segmentation.data.truth.coco import CocoRules, CocoTruth
from segmentation.data.truth.contract import MaskTruth
from segmentation.data.truth.voc import MaskFolderTruth
from segmentation.data.truth.youtube_objects import LABEL_PATTERN, YouTubeObjectsTruth
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace, load_label_space

_VOC_MASKS = "SegmentationClass"


def open_truth(
    path: Path, *, label_space: str | Path | LabelSpace | None = None, coco: CocoRules | None = None
) -> MaskTruth[Any]:
    """The ground truth at `path`.

    A file is read as COCO instances; a folder as PASCAL VOC if it has `SegmentationClass`, as YouTube-Objects if
    it has that structure, else as index masks. `label_space` is by default "coco" for files and plain folders,
    and the data set's own for the other two.

    Raises `InputError` where there is no ground truth, `LabelSpaceError` for the label space.
    """
    if path.is_dir():
        if (path / _VOC_MASKS).is_dir():
            return MaskFolderTruth(path / _VOC_MASKS, _loaded(label_space or "voc"))
        if next(path.glob(LABEL_PATTERN), None):
            return YouTubeObjectsTruth(path, _loaded(label_space or "youtube-objects"))
        return MaskFolderTruth(path, _loaded(label_space or "coco"))
    if not path.is_file():
        raise InputError(f"{path}: got nothing there, expected a COCO instances file or a folder of masks")
    return CocoTruth(path, _loaded(label_space or "coco"), coco)


def _loaded(label_space: str | Path | LabelSpace) -> LabelSpace:
    return label_space if isinstance(label_space, LabelSpace) else load_label_space(label_space)
