"""Ground truth by its path alone: what kind it is shows in what lies there. Lists that name a part of it."""

from pathlib import Path

from segmentation.data.truth.coco import CocoRules, CocoTruth
from segmentation.data.truth.contract import Truth
from segmentation.data.truth.mask_folders import (
    VOC_MASKS,
    YOUTUBE_OBJECTS_MASKS,
    MaskFolderTruth,
    YouTubeObjectsTruth,
)
from shared_runtime.coco import NotInstancesError
from shared_runtime.errors import InputError
from shared_runtime.files import reading
from shared_schemas import LabelSpace, load_label_space

_VOC, _YOUTUBE_OBJECTS = "voc", "youtube-objects"
_BESIDE_VOC_MASKS = ("JPEGImages", "ImageSets")


def open_truth(
    path: Path,
    *,
    label_space: str | Path | LabelSpace | None = None,
    coco: CocoRules | None = None,
    otherwise: str | LabelSpace = "coco",
) -> Truth:
    """The ground truth at `path`.

    A file is read as COCO instances; a folder as PASCAL VOC if it has `SegmentationClass` or is that folder, as
    YouTube-Objects if it has that structure, else as index masks. `label_space` is by default `otherwise` for
    files and plain folders, and the data set's own for the other two.

    Raises `InputError` where there is no ground truth, `LabelSpaceError` for the label space.
    """
    if path.is_dir():
        own = data_set_of(path)
        if own == _YOUTUBE_OBJECTS:
            return YouTubeObjectsTruth(path, _loaded(label_space or own))
        below = VOC_MASKS if own and not _is_voc_masks(path) else ""
        return MaskFolderTruth(path, _loaded(label_space or own or otherwise), below)
    if not path.is_file():
        raise InputError(f"{path}: got nothing there, expected a COCO instances file or a folder of masks")
    try:
        return CocoTruth(path, _loaded(label_space or otherwise), coco)
    except NotInstancesError as error:
        raise NotInstancesError(f"{error}, or a folder of masks") from error


def data_set_of(folder: Path) -> str | None:
    """The data set whose structure a folder has, by the name of its label space; None: a folder of index masks."""
    if (folder / VOC_MASKS).is_dir() or _is_voc_masks(folder):
        return _VOC
    return _YOUTUBE_OBJECTS if next(folder.glob(YOUTUBE_OBJECTS_MASKS), None) else None


def _is_voc_masks(folder: Path) -> bool:
    """Whether it is the folder of masks inside of VOC's, or SBD's additions to it (`SegmentationClassAug`)."""
    place = folder.resolve()
    return place.name.startswith(VOC_MASKS) and any((place.parent / name).is_dir() for name in _BESIDE_VOC_MASKS)


def read_image_list(path: Path) -> list[str]:
    """The stems of images in a text file, one per line, each once: keys of a truth. Blank lines are skipped.

    Names may have spaces, and begin with the folder that the image lies in.

    Raises `InputError` for a file that cannot be read, or names no image.
    """
    with reading(path, UnicodeDecodeError):
        lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    stems = list(dict.fromkeys(line for line in lines if line))
    if not stems:
        raise InputError(f"{path}: got an empty list, expected the stem of an image file on every line")
    return stems


def _loaded(label_space: str | Path | LabelSpace) -> LabelSpace:
    return label_space if isinstance(label_space, LabelSpace) else load_label_space(label_space)
