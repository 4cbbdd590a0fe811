"""`Labeller`: what turns the captions of images into mentions, whether it parses them or matches strings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared_schemas import Mention


@dataclass(frozen=True, slots=True)
class ImageCaptions:
    """The captions of one image, in the order of the input."""

    image_id: int | str
    captions: tuple[str, ...]
    file_name: str | None = None
    row: int = 1
    """1-based line or record number of the first caption in the input."""


class Labeller(Protocol):
    """Finds the mentions of a label space's classes in captions."""

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[tuple[Mention, ...]]:
        """One tuple of mentions per image, in the order of `images`.

        Mentions stand in the order of the text; `Mention.caption` indexes `ImageCaptions.captions`.
        """
        ...
