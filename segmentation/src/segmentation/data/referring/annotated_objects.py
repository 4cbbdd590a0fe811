"""Objects of COCO instance files by their ids: what referring data sets point to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeGuard

from segmentation.data.referring.expressions import Region
from segmentation.data.truth.coco import SizedImage
from shared_runtime.coco import CocoCategory, CocoEntry, ImageId, images_by_id, stream_list

Regions = Literal["masks", "boxes"]
"""What stands for an object: its mask, or its box (as pre-training has it, Table 2e of Strudel et al.)."""


class _Entry(CocoEntry):
    """An entry of the list `annotations`; what is wrong in it costs the expressions that refer to it."""

    id: Any = None
    image_id: Any = None
    category_id: Any = None
    segmentation: Any = None
    bbox: Any = None
    iscrowd: Any = 0
    attributes: Any = None


@dataclass(frozen=True, slots=True)
class AnnotatedObject:
    """An object of an image."""

    image_id: ImageId
    category: str
    """Its name; empty: the file does not list it."""
    region: Region | None
    """None: the file says nothing of it, or what it says is damaged."""
    flaw: str = ""
    """What is damaged."""
    is_crowd: bool = False
    attributes: tuple[str, ...] = ()
    """What can be seen of it, where a file says so in `attributes`, a list of names; COCO's own do not."""


class AnnotatedObjects:
    """Images and objects of one or several COCO files."""

    def __init__(self, paths: Sequence[Path], regions: Regions, wanted: Iterable[Any] | None = None) -> None:
        """`wanted`: ids of the objects to keep; None: all. Raises `InputError` for a file that is none of
        instances."""
        self.images: dict[ImageId, SizedImage] = {}
        self.by_id: dict[Any, AnnotatedObject] = {}
        self._regions = regions
        kept = None if wanted is None else {*wanted}
        for path in paths:
            self.images |= images_by_id(path, SizedImage)
            names = {entry.id: entry.name for _, entry in stream_list(path, "categories", CocoCategory)}
            for place, entry in stream_list(path, "annotations", _Entry, may_be_empty=True):
                key = entry.id if isinstance(entry.id, int | str) else place
                if kept is None or key in kept:
                    found = self._object(entry, names)
                    # A file of boxes does not hide the masks that another has.
                    if key not in self.by_id or found.region is not None:
                        self.by_id[key] = found

    def lists(self, image_id: object) -> TypeGuard[ImageId]:
        """Whether one of the files has an image of that id."""
        return isinstance(image_id, int | str) and image_id in self.images

    def image(self, image_id: object) -> SizedImage:
        """The image of that id. Raises `ValueError` where no file lists it."""
        if not self.lists(image_id):
            raise ValueError(f"image_id: got {image_id!r}, expected an image that the instances file lists")
        return self.images[image_id]

    def _object(self, entry: _Entry, names: dict[int, str]) -> AnnotatedObject:
        region, flaw = None, ""
        shape = entry.segmentation if self._regions == "masks" else entry.bbox
        try:
            image = self.image(entry.image_id)
            if shape:
                make = Region.of_mask if self._regions == "masks" else Region.of_box
                region = make(shape, image.height, image.width)
        except ValueError as error:
            flaw = str(error)
        listed = entry.attributes if isinstance(entry.attributes, list) else ()
        return AnnotatedObject(
            entry.image_id,
            names.get(entry.category_id, "") if isinstance(entry.category_id, int) else "",
            region,
            flaw,
            entry.iscrowd == 1,
            tuple(name for name in listed if isinstance(name, str)),
        )


def union(objects: Sequence[AnnotatedObject], image_id: ImageId) -> Region | None:
    """What some objects of an image cover; None: one of them has no mask, or no box, at all.

    Raises `ValueError` where one is damaged or of another image, and where nothing is covered.
    """
    for found in objects:
        if found.flaw:
            raise ValueError(found.flaw)
        if found.image_id != image_id:
            raise ValueError(f"got an object of image {found.image_id!r}, expected one of image {image_id!r}")
    parts = [found.region for found in objects if found.region is not None]
    return Region.union(parts) if len(parts) == len(objects) else None


def common_category(objects: Sequence[AnnotatedObject]) -> str:
    """The name that objects share; empty where they have several, or none."""
    names = {found.category for found in objects}
    return names.pop() if len(names) == 1 else ""
