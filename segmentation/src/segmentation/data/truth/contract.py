"""What every ground truth offers: index masks by key."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from segmentation.data.masks import IndexMask
from segmentation.data.names import keys_by_name
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

BACKGROUND_NAME = "background"

EntryT = TypeVar("EntryT")


class MaskTruth(ABC, Generic[EntryT]):
    """Masks of the foreground classes of a label space, one per key; can be pickled for worker processes.

    A key is the path of the image's file without its suffix, so that the predicted mask of key `k` is the file
    `k.png`.
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
        """The part of these keys; of one in a sub-folder, the stem will do where no other has it.

        Raises `InputError` for a key that the truth lacks.
        """
        part = copy(self)
        # Most lists are of keys, which need no table of stems.
        by_name = {} if all(key in self._entries for key in keys) else keys_by_name(self._entries)
        part._entries = {known: self._entries[known] for known in (self._known(key, by_name) for key in keys)}
        return part

    def _known(self, name: str, by_name: Mapping[str, Sequence[str]]) -> str:
        """The key that `name` is, or whose stem it is: `by_name` has the keys by their stems."""
        if name in self._entries:
            return name
        found = by_name.get(name, ())
        if len(found) == 1:
            return found[0]
        example = " or ".join(map(repr, found[:2] or [*self._entries][:1])) or "nothing: it is empty"
        raise InputError(f"got image {name!r}, expected one of the ground truth, such as {example}")

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[str, IndexMask]]:
        """All masks with their keys, one at a time."""
        return ((key, self.mask(key)) for key in self.keys())


Truth = MaskTruth[Any]
"""Masks, however they are made."""
