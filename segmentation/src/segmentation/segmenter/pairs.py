"""Images and their masks: which belong together, and what is left over on either side."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation.data.folders import ImageFolders, UnsafeNameError
from segmentation.data.images import IMAGE_SUFFIXES
from segmentation.data.masks import mask_path
from segmentation.data.names import names_below
from segmentation.data.transfer import same_foreground
from segmentation.data.truth.contract import Truth
from segmentation.data.truth.mask_folders import MaskFolderTruth
from segmentation.evaluation.mask_classes import given_classes, mask_classes
from segmentation.runs.left_out import fault_lines
from segmentation.segmenter.config import FROM_MASKS
from shared_runtime.errors import InputError, UsageError
from shared_runtime.wording import counted, numbered
from shared_schemas import LabelSpace, load_label_space

_OTHERWISE = "coco"


@dataclass(frozen=True, slots=True)
class MaskedImage:
    """An image that has a mask."""

    key: str
    """By which the mask is named."""
    path: Path
    """The image."""
    corrected: bool = False
    """Whether a person corrected the mask."""


@dataclass(frozen=True, slots=True)
class TrainingMasks:
    """Folders of masks."""

    masks: Path
    corrected: Path | None = None
    """Masks that people corrected: they take the place of those of the same name, and stand beside the others."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those that there are."""
        return (self.masks,) if self.corrected is None else (self.masks, self.corrected)

    def label_space(self, wanted: str) -> LabelSpace:
        """What the values of all masks mean, as of `masks_label_space`. Raises UsageError where they differ."""
        space = masks_label_space(self.masks, wanted)
        known = mask_classes(self.corrected) if self.corrected else None
        if known and not same_foreground(known.label_space, space):
            raise UsageError(
                f"{self.corrected}: got masks of label space {known.label_space.name!r}, expected {space.name!r}, "
                f"that of {self.masks}. Import them again with --label-space {space.name}"
            )
        return space

    def file(self, image: MaskedImage) -> Path:
        """The mask of an image."""
        return mask_path(self.corrected if image.corrected and self.corrected else self.masks, image.key)

    def truth(self, label_space: LabelSpace) -> tuple[MaskFolderTruth, frozenset[str]]:
        """All masks, and the keys of the corrected ones. Raises InputError for a folder without masks."""
        drawn = MaskFolderTruth(self.masks, label_space)
        if self.corrected is None:
            return drawn, frozenset()
        corrected = MaskFolderTruth(self.corrected, label_space)
        return drawn.overlaid_by(corrected), frozenset(corrected.keys())


@dataclass(frozen=True, slots=True)
class Unpaired:
    """What has no counterpart."""

    masks: Sequence[str]
    """Keys of masks whose image is in none of the folders."""
    n_images: int
    """Images without a mask: nothing is wrong with them."""
    allow_missing: bool = False
    """Whether a mask without an image is no fault."""
    clashes: Sequence[str] = ()
    """What is wrong with images that have the name of another one, whose mask it is taken to be, and with names
    that no image in a folder can have."""

    @property
    def faults(self) -> Sequence[str]:
        """Names that are at fault, and masks without an image, unless that is allowed."""
        lacking = [] if self.allow_missing else self.masks
        return [*self.clashes, *(f"mask {key}.png: its image is in none of the image folders" for key in lacking)]

    def lines(self) -> Iterator[str]:
        """What to tell a person, the faults first."""
        yield from fault_lines("skipped", self.faults)
        if self.allow_missing and self.masks:
            lacking = numbered(len(self.masks), "mask has", "masks have")
            yield f"{lacking} no image in the folders, which --allow-missing allows"
        if self.n_images:
            yield f"{numbered(self.n_images, 'image has', 'images have')} no mask: nothing to learn from"


def pair_images(
    folders: Sequence[Path],
    masks: Path,
    truth: Truth,
    *,
    corrected: Collection[str] = (),
    allow_missing: bool = False,
) -> tuple[list[MaskedImage], Unpaired]:
    """The images of `folders` that have a mask in `truth`, the masks of folder `masks`, by the order of their
    keys. `corrected`: the keys of masks that people corrected.

    Raises InputError for a folder that is none, and where more masks are without an image than with one;
    UsageError where the folder of masks is one of images.
    """
    images = ImageFolders(folders)
    for folder in folders:
        if folder.samefile(masks):
            raise UsageError(f"{masks} is given as --masks and as --images. Name the folder of the images apart")
    found, misnamed = _found(images, truth.keys())
    pairs = [MaskedImage(key, path, key in corrected) for key, path in found.items() if path is not None]
    lacking = [key for key, path in found.items() if path is None]
    clashes = [
        f"{other}: it has the name of {pair.path}, whose mask {pair.key}.png is taken to be. "
        + (
            "Move one of the two away"
            if other.parent == pair.path.parent
            else "Name a folder above both, with masks in folders as its images are, or leave one out of --images"
        )
        for pair in pairs
        for other in images.namesakes(pair.key)[1:]
    ]
    n_images = sum(1 for folder in folders for _ in names_below(folder, IMAGE_SUFFIXES))
    clashes = [*misnamed.values(), *clashes]
    unpaired = Unpaired(lacking, max(0, n_images - len(pairs) - len(clashes)), allow_missing, clashes)
    lost = [*lacking, *misnamed]
    if not pairs or (len(lost) > len(pairs) and not allow_missing):
        raise InputError(
            f"{masks}: got {counted(len(pairs), 'image')} of {counted(len(pairs) + len(lost), 'mask')}, expected "
            f"most of them; the first that is missing: {lost[0]}; image folders: {', '.join(map(str, folders))}. "
            "Look at --images and --masks"
            + ("; to go on with those that are there: --allow-missing" if pairs else "")
        )
    return pairs, unpaired


def _found(images: ImageFolders, keys: Iterable[str]) -> tuple[dict[str, Path | None], dict[str, str]]:
    """The image of each mask, if it is there; what is wrong with those whose names no image can have."""
    found, faults = {}, {}
    for key in keys:
        try:
            found[key] = images.find(None, key)
        except UnsafeNameError as error:
            faults[key] = f"mask {key}.png: {error}. Rename the mask and its image"
    return found, faults


def masks_label_space(masks: Path, wanted: str) -> LabelSpace:
    """What the values of masks mean: `wanted`, a name or a file, or what the folder of masks says (`FROM_MASKS`).

    A folder that does not say so is taken for COCO's. Raises UsageError where the two differ, LabelSpaceError for
    `wanted`.
    """
    if wanted == FROM_MASKS:
        known = mask_classes(masks)
        return known.label_space if known else load_label_space(_OTHERWISE)
    return given_classes(masks, wanted)
