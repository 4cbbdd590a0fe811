"""A folder of masks and what else stands in it: what may be read and written where, and what is removed."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from segmentation.data.legend import ID2LABEL, LABEL_MAP
from segmentation.data.masks import mask_path, remove_masks
from segmentation.data.targets import ImageTargets
from segmentation.masks.finish import RejectedImage
from segmentation.masks.job import CONSENSUS
from segmentation.masks.overlay import overlay_path
from segmentation.runs.folder import RunFolder
from shared_runtime.errors import UsageError
from shared_runtime.files import check_output
from shared_runtime.wording import counted

REJECTED = "rejected.jsonl"
RLE = "rle"
"""Note of a run: the file of COCO results that it writes, which the same command may write again."""

_log = logging.getLogger(__name__)


def forget_masks(output: Path, keys: Sequence[str], *, changed: bool) -> set[str]:
    """Remove the masks that are to be made anew, and, where options `changed`, those that the old ones made of
    other images: nothing would say how; with their overlays. Returns the keys of all that are gone."""
    gone = remove_masks(output, keys, others=changed)
    for key in gone:
        overlay_path(output, key).unlink(missing_ok=True)
    if others := gone - {*keys}:
        _log.warning(
            "%s: %s of other images removed, made with other options (such as %s)",
            output,
            counted(len(others), "mask"),
            min(others),
        )
    return gone


def _own_files(output: Path) -> Iterator[Path]:
    """What stands in a folder of masks beside these."""
    yield from RunFolder(output).all
    yield from (output / name for name in (CONSENSUS, REJECTED, ID2LABEL, LABEL_MAP))


def apart_from_own(images: Sequence[ImageTargets], output: Path) -> tuple[list[ImageTargets], list[RejectedImage]]:
    """The images whose masks do not lie in a folder with the name of one of the output's own files; the others."""
    own = {path.name for path in _own_files(output)}
    kept, rejected = [], []
    for image in images:
        folder, below, _ = image.key.partition("/")
        if below and folder in own:
            reason = f"its folder is named {folder}, as a file of the masks is. Name the folder otherwise"
            rejected.append(RejectedImage.of(image, reason))
        else:
            kept.append(image)
    return kept, rejected


def check_images(images: Sequence[Path], output: Path) -> None:
    """Raises UsageError where the folder of masks is one of images: masks would be written over them, and
    `overwrite` would empty it."""
    for path in images:
        folder = path if path.is_dir() else path.parent
        if output.is_dir() and folder.is_dir() and output.samefile(folder):
            raise UsageError(f"{output} is a folder of images that are read. Name another folder for the masks")


def check_rle(
    rle: Path,
    inputs: Mapping[str, Path],
    output: Path,
    targets: Sequence[ImageTargets],
    *,
    overwrite: bool = False,
) -> None:
    """Raises UsageError for a file that is read, that the folder of masks needs, or that another program made.

    `inputs` are files that the run reads, as `check_output` takes them.
    """
    read, masks = dict(inputs), RunFolder(output)
    kept = {f"{path.name} of the masks": path for path in _own_files(output)}
    if rle.exists():
        read |= {f"the image {image.path}": image.path for image in targets}
        kept |= {f"the mask of {image.path}": mask_path(output, image.key) for image in targets}
    wrote_it = masks.has_record and masks.read_record().notes.get(RLE) == str(rle.resolve())
    check_output(rle, read | kept, overwrite=overwrite or wrote_it, option="--rle", makes=output)
