"""`ImageCaptions`: what is labelled together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageCaptions:
    """The captions of one image, in the order of the input."""

    image_id: int | str
    captions: tuple[str, ...]
    file_name: str | None = None
    row: int = 1
    """1-based line or record number of the first caption in the input."""
    source: str | None = None
    """The input that this row stands in, where there are several."""
