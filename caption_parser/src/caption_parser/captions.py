"""`ImageCaptions`: what is labelled together; which file the image of a record is."""

from dataclasses import dataclass

from shared_schemas import ImageLabels


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


def file_name_of(record: ImageLabels) -> str:
    """The file of an image: its name, or an id that is a text, or else COCO's name for a number."""
    if record.file_name is not None:
        return record.file_name
    return record.image_id if isinstance(record.image_id, str) else f"{record.image_id:012}.jpg"
