"""What every ground truth offers: index masks by key."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from segmentation.data.masks import IndexMask
from shared_schemas import LabelSpace

BACKGROUND_NAME = "background"


class MaskTruth(ABC):
    """Masks of the foreground classes of a label space, one per key; can be pickled for worker processes.

    A key is the stem of the image's file, so that the predicted mask of key `k` is the file `k.png`.
    """

    def __init__(self, label_space: LabelSpace) -> None:
        self.label_space = label_space

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by mask value: background, then the foreground classes."""
        return (BACKGROUND_NAME, *(label.name for label in self.label_space.foreground))

    @property
    @abstractmethod
    def rules(self) -> str:
        """How the masks came about, for the protocol of an evaluation."""

    @abstractmethod
    def keys(self) -> Sequence[str]:
        """The keys of all masks, sorted."""

    @abstractmethod
    def mask(self, key: str) -> IndexMask:
        """The mask of `key`, shape (H, W); 255 is ignored. Raises `InputError` if it cannot be read."""

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[tuple[str, IndexMask]]:
        """All masks with their keys, one at a time."""
        return ((key, self.mask(key)) for key in self.keys())
