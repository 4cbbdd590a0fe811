"""The unit of work: a batch of images in, its finished lines of the label file out.

Where a batch ends depends on the captions alone, never on the number of processes: batches, their bytes and so the
whole label file are the same in every run.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from caption_parser.captions import ImageCaptions
from caption_parser.runs.grouping import GroupedImages
from caption_parser.runs.state import FailedImage, Fingerprint, RunCounts
from shared_runtime.errors import CapparseError
from shared_schemas.compression import compress
from shared_schemas.jsonl import dump
from shared_schemas.labels import ImageLabels, Source

BATCH_CAPTIONS = 512
"""A batch is full with this many captions: enough for spaCy's full speed, little to do again after a crash."""

SMALL_RUN = 4 * BATCH_CAPTIONS
"""Fewer captions than these are labelled before more processes would have started."""

LabelImages = Callable[[Sequence[ImageCaptions]], Sequence[ImageLabels]]
"""One record per image, in the same order (`CaptionParser.label_images`)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive images, and the fingerprint of the input as known when the last of them came."""

    images: tuple[ImageCaptions, ...]
    fingerprint: Fingerprint

    @property
    def captions(self) -> int:
        """How many captions the images have."""
        return sum(len(image.captions) for image in self.images)


@dataclass(frozen=True, slots=True)
class LabelledBatch:
    """A batch as it stands in the label file."""

    lines: bytes
    """Lines of JSON; in a compressed file a frame of its own."""
    counts: RunCounts
    fingerprint: Fingerprint
    failed: tuple[FailedImage, ...] = ()
    """Images that are not among the lines."""


def into_batches(images: GroupedImages, first: int = BATCH_CAPTIONS) -> Iterator[Batch]:
    """Cuts `images` into batches of at least `BATCH_CAPTIONS` captions, but for the last.

    `first`: as many captions are enough for the first batch, twice as many for the next, and so on.
    """
    waiting: list[ImageCaptions] = []
    captions, enough = 0, first
    for image in images:
        waiting.append(image)
        captions += len(image.captions)
        if captions >= enough:
            yield Batch(tuple(waiting), images.fingerprint)
            waiting, captions, enough = [], 0, min(2 * enough, BATCH_CAPTIONS)
    if waiting:
        yield Batch(tuple(waiting), images.fingerprint)


@dataclass(frozen=True, slots=True)
class BatchLabeller:
    """Labels a batch and serializes it. `suffix` is that of the label file: `.gz`, `.zst` or another."""

    label_images: LabelImages
    source: str
    suffix: str

    def __call__(self, batch: Batch) -> LabelledBatch:
        failed: list[FailedImage] = []
        try:
            records = self._records(batch.images)
        except CapparseError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it must not cost the images beside it
            records, failed = self._one_by_one(batch.images, error)
        lines = compressed(b"".join(map(dump, records)), self.suffix)
        return LabelledBatch(lines, RunCounts.of(records), batch.fingerprint, tuple(failed))

    def _records(self, images: Sequence[ImageCaptions]) -> list[ImageLabels]:
        return [
            record.model_copy(update={"source": Source(path=image.source or self.source, row=image.row)})
            for record, image in zip(self.label_images(images), images, strict=True)
        ]

    def _one_by_one(
        self, images: Sequence[ImageCaptions], error: Exception
    ) -> tuple[list[ImageLabels], list[FailedImage]]:
        """What can be labelled, and what cannot. Raises CapparseError where not one of several images can."""
        records: list[ImageLabels] = []
        failed: list[FailedImage] = []
        for image in images:
            try:
                records += self._records([image])
            except CapparseError:
                raise
            except Exception as of_image:  # noqa: BLE001  as above
                message = f"image {image.image_id!r} cannot be labelled: {type(of_image).__name__}: {of_image}"
                failed.append(
                    FailedImage(row=image.row, message=message, captions=image.captions, source=image.source)
                )
        if len(failed) == len(images) > 1:
            first, last = images[0], images[-1]
            raise CapparseError(
                f"{self.source}: labelling the images {first.image_id!r} to {last.image_id!r} failed, each alone"
                f" too: {type(error).__name__}: {error}"
            ) from error
        return records, failed


def compressed(lines: bytes, suffix: str) -> bytes:
    """`lines` as one self-contained gzip member or zstandard frame, or as they are."""
    buffer = io.BytesIO()
    with compress(buffer, suffix) as stream:
        stream.write(lines)
    return buffer.getvalue()
