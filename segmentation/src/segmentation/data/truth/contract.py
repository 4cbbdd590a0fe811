"""What every ground truth offers: index masks by key."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from segmentation.data.masks import IndexMask
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

BACKGROUND_NAME = "background"

EntryT = TypeVar("EntryT")


class MaskTruth(ABC, Generic[EntryT]):
    """Masks of the foreground classes of a label space, one per key; can be pickled for worker processes.

    A key is the stem of the image's file, so that the predicted mask of key `k` is the file `k.png`.
    """

    def __init__(self, path: Path, label_space: LabelSpace, entries: Mapping[str, EntryT]) -> None:
        """`path`: the file or folder that it was read from. `entries`: what a mask is made from, by key."""
        self.path = path
        self.label_space = label_space
        self._entries = entries

    flaws: Sequence[str] = ()
    """What was skipped when the truth was read, with its place."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by mask value: background, then the foreground classes."""
        return (BACKGROUND_NAME, *(label.name for label in self.label_space.foreground))

    @property
    @abstractmethod
    def rules(self) -> str:
        """How the masks came about, for the protocol of an evaluation."""

    @abstractmethod
    def mask(self, key: str) -> IndexMask:
        """The mask of `key`, shape (H, W); 255 is ignored. Raises `InputError` if it cannot be read."""

    def keys(self) -> Sequence[str]:
        """The keys of all masks, sorted."""
        return sorted(self._entries)

    def restricted_to(self, keys: Collection[str]) -> Self:
        """The part of these keys. Raises `InputError` for a key that the truth lacks."""
        unknown = next((key for key in keys if key not in self._entries), None)
        if unknown is not None:
            example = next(iter(self._entries), "nothing")
            raise InputError(f"got image {unknown!r}, expected one of the ground truth, such as {example!r}")
        part = copy(self)
        part._entries = {key: self._entries[key] for key in keys}
        return part

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[str, IndexMask]]:
        """All masks with their keys, one at a time."""
        return ((key, self.mask(key)) for key in self.keys())


Truth = MaskTruth[Any]
"""Masks, however they are made."""
