"""Masks of one label space on the truth of another: transfer between data sets (Table 7 of Vilar & Perez)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from segmentation.data.masks import IGNORE_INDEX, IndexMask
from shared_runtime.coco import folded
from shared_runtime.errors import UsageError
from shared_schemas import LabelSpace, load_label_space


@dataclass(frozen=True, slots=True)
class ClassTransfer:
    """What the values of masks are called in the truth; can be pickled for worker processes."""

    n_classes: int
    """Of the masks, background included."""
    values: npt.NDArray[np.uint8]
    """Shape (256,): value in a mask → value in the truth. Classes that the truth lacks are its background, 255
    stays."""

    @classmethod
    def between(cls, masks: LabelSpace, truth: LabelSpace) -> Self:
        """Foreground classes are the same if they come from one class of one base: "tv" and VOC's "tvmonitor".

        A label space that is no view is its own base; two of one name are compared by the names of their classes.
        Raises `UsageError` where the two have no class in common.
        """
        by_name = masks.view_of is truth.view_of is None and masks.name == truth.name
        origin = _named if by_name else _origin
        in_truth = {origin(truth, label.id): label.id for label in truth.foreground}
        values = np.zeros(256, dtype=np.uint8)
        values[IGNORE_INDEX] = IGNORE_INDEX
        for label in masks.foreground:
            values[label.id] = in_truth.get(origin(masks, label.id), 0)
        transfer = cls(1 + len(masks.foreground), values)
        if not transfer.n_known:
            raise UsageError(
                f"the masks' label space {masks.name!r} has no class of the truth's, {truth.name!r}; expected the "
                "same, one that is a view of the other or extends it, or two that are made from one"
            )
        return transfer

    @classmethod
    def needed(cls, masks: str | Path | LabelSpace | None, truth: LabelSpace) -> Self | None:
        """None if `masks`, a label space, its name or its file, is that of the truth, or is not given."""
        if masks is None:
            return None
        space = masks if isinstance(masks, LabelSpace) else load_label_space(masks)
        return None if same_foreground(space, truth) else cls.between(space, truth)

    @property
    def n_known(self) -> int:
        """How many foreground classes of the masks are classes of the truth."""
        return int(np.count_nonzero(self.values[1:IGNORE_INDEX]))

    def __call__(self, mask: IndexMask) -> IndexMask:
        """A mask (H, W) of the one label space in the values of the other."""
        transferred: IndexMask = self.values[mask]
        return transferred


def same_foreground(one: LabelSpace, other: LabelSpace) -> bool:
    """Whether the masks of two label spaces mean the same, value by value."""
    first, second = ([folded(label.name) for label in space.foreground] for space in (one, other))
    return first == second


def _named(space: LabelSpace, class_id: int) -> tuple[str, int]:
    """The name of a class, in the place of its id."""
    return folded(space.by_id[class_id].name), 0


def _origin(space: LabelSpace, class_id: int) -> tuple[str, int]:
    """Name of the base, and id in it; the space's own where it has no base, or the class is beside the base's."""
    base = space.view_of or space.extends
    if base is None or class_id > len(space.base_ids):
        return space.name, class_id
    return base.partition("@")[0], space.base_ids[class_id - 1]
