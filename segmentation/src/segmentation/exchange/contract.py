"""What every layout offers: how one mask becomes files and entries of lists, and which files hold the lists."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import field_validator

from segmentation.data.legend import value_names
from segmentation.data.masks import IndexMask
from shared_runtime.coco import category_ids
from shared_runtime.configuration import FrozenModel
from shared_schemas import LabelSpace

Pieces = Iterable[bytes]
_SUBSET = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class MaskItem:
    """A mask that is exported, with its image."""

    key: str
    """Path of both in their folders, without the suffix."""
    mask: Path
    image: Path | None
    """None: it is not known where the images are."""
    image_id: int
    name: str
    """The key with the image's suffix."""


@dataclass(frozen=True)
class ExportClasses:
    """The classes of masks under the names and numbers that layouts use; can be pickled."""

    label_space: LabelSpace

    @cached_property
    def names(self) -> tuple[str, ...]:
        """By mask value, "background" first."""
        return value_names(self.label_space)

    @cached_property
    def category_ids(self) -> Mapping[int, int]:
        """Mask value of a class → the data set's own id (COCO: 1-90), or its class id."""
        ids = category_ids(self.label_space)
        return {label.id: ids[label.id] for label in self.label_space.foreground}

    @property
    def stuff(self) -> list[int]:
        """The mask values of classes that have no instances."""
        return [label.id for label in self.label_space.foreground if label.stuff]

    @property
    def categories(self) -> list[dict[str, Any]]:
        """COCO's list of them, under the data set's own names."""
        by_id = self.label_space.by_id
        return [
            {
                "id": number,
                "name": by_id[value].category_name or self.names[value],
                "supercategory": "stuff" if by_id[value].stuff else "object",
                "isthing": int(not by_id[value].stuff),
            }
            for value, number in self.category_ids.items()
        ]


class MaskExportOptions(FrozenModel):
    """What an export of masks may be told; each layout knows some of it."""

    components: bool = False
    """coco, panoptic, voc, cvat: each connected region is an object, in place of all of a class; of stuff,
    coco and panoptic have all as one nevertheless."""
    ignore_as: str = "ignore"
    """cvat: the label of what is 255; "background": it is background."""
    subset: str = "train"
    """voc, cvat, panoptic, yolo, mmseg: the name of the part of the data set."""
    url_prefix: str = "/data/local-files/?d="
    """label-studio: what stands before the path of an image."""

    @field_validator("subset")
    @classmethod
    def _is_a_name(cls, subset: str) -> str:
        # It becomes a folder, a file, and a text in a program's source.
        if not _SUBSET.fullmatch(subset):
            raise ValueError("expected a name such as train or val-2: letters, digits, _ . -")
        return subset


@dataclass(frozen=True, slots=True)
class Converted:
    """What one mask becomes."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    entries: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Name of a list → values to append, as JSON writes them."""


class Lists(Protocol):
    """The lists that grow while masks are converted: kept on disk, in their order."""

    def lines(self, name: str) -> Iterator[bytes]:
        """The values of a list, each as JSON with a line feed."""
        ...


class MaskLayout(ABC):
    """One layout. Masks are converted in worker processes, which get a copy of this object."""

    name: ClassVar[str]
    suffix: ClassVar[str] = ""
    """Of the one file that it is; empty: it is a folder, or that folder in a `.zip`."""
    options: ClassVar[frozenset[str]] = frozenset()
    """Which of `MaskExportOptions` mean something here."""
    needs_images: ClassVar[bool] = True
    """Whether the names of image files must be known."""

    def __init__(self, classes: ExportClasses, options: MaskExportOptions) -> None:
        self.classes = classes
        self.given = options

    @abstractmethod
    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        """What `mask` (H, W), with values of `classes` or 255, becomes."""

    @abstractmethod
    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        """The files beside those of single masks, by name, in pieces; of a layout of one file, by any name."""

    def image_place(self, item: MaskItem) -> str | None:  # noqa: ARG002
        """Where the image itself stands; None: it does not belong to the layout."""
        return None

    def number(self, entries: Mapping[str, Sequence[Any]]) -> None:  # noqa: B027  most have nothing to add
        """Give entries, in their order, what only the whole export knows."""


def grey_png(mask: IndexMask) -> bytes:
    """A mask (H, W) as a grey PNG whose pixels are its values."""
    return _png(Image.fromarray(mask))


def coloured_png(colours: npt.NDArray[np.uint8]) -> bytes:
    """An RGB picture (H, W, 3) as a PNG."""
    return _png(Image.fromarray(colours))


def indexed_png(mask: IndexMask, colours: npt.NDArray[np.uint8]) -> bytes:
    """A mask (H, W) as a PNG with the palette `colours` (256, 3)."""
    picture = Image.fromarray(mask).convert("L")
    picture.putpalette(colours.tobytes())
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    content = BytesIO()
    picture.save(content, format="PNG")
    return content.getvalue()


def json_list(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Values, a line each, as one JSON array."""
    before = b"[\n"
    for line in lines:
        yield before + line.rstrip(b"\n")
        before = b",\n"
    yield b"[]" if before == b"[\n" else b"\n]"


def json_line(value: Any) -> bytes:
    """`value` as one line of JSON."""
    # A file name that is no UTF-8 on disk has lone surrogates here.
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")


def values_in(mask: IndexMask) -> list[int]:
    """The class ids in a mask, without background and 255."""
    counts = np.bincount(mask.ravel(), minlength=256)
    return (np.flatnonzero(counts[1:255]) + 1).tolist()
