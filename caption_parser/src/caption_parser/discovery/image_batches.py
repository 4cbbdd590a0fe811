"""The captions that something is learned from, image by image."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from caption_parser.captions import ImageCaptions
from caption_parser.readers import ReadingOptions, read_captions
from caption_parser.readers.rows import CaptionRow
from caption_parser.runs.batches import into_batches
from caption_parser.runs.grouping import group_by_image


def each_batch(sources: Sequence[str | Path], reading: ReadingOptions) -> Iterator[tuple[ImageCaptions, ...]]:
    """The images of each source in batches; what is no caption is passed over.

    Raises what `read_captions` raises.
    """
    for source in sources:
        rows = (row for row in read_captions(source, reading) if isinstance(row, CaptionRow))
        with group_by_image(rows) as images:
            for batch in into_batches(images):
                yield batch.images
