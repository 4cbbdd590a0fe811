"""Images for a network: read, put together by the size at which it sees them, in as much memory as there is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from segmentation.backbones.devices import is_memory_shortage
from segmentation.data.images import RgbImage, read_image
from segmentation.data.read_ahead import array_bytes, read_ahead
from segmentation.masks.finish import RejectedImage
from segmentation.scores.contract import RequestT, Sizes
from shared_runtime.errors import InputError

_OPEN_BATCHES = 8
"""So many times the images of a batch may wait for others of their size; then the fullest batch goes as it is."""
_MOST_OPEN_BYTES = 512_000_000
"""That they may take meanwhile: more than ordinary images do, and fourteen photographs of 12 megapixels."""

SeenT = TypeVar("SeenT")
ItemT = TypeVar("ItemT")


class ImageBatch(NamedTuple, Generic[RequestT]):
    """Images of the same sizes, each with its request."""

    images: list[RgbImage]
    requests: list[RequestT]


def image_batches(
    requests: Iterable[RequestT], sizes: Callable[[RgbImage], Sizes], batch_size: int
) -> Iterator[ImageBatch[RequestT] | RejectedImage]:
    """Images, in batches of the same `sizes`; those that cannot be read are rejected. The next ones are read
    meanwhile."""
    waiting: dict[Sizes, ImageBatch[RequestT]] = {}
    for request, image in images_ahead(requests):
        if isinstance(image, RejectedImage):
            yield image
            continue
        own = sizes(image)
        batch = waiting.setdefault(own, ImageBatch([], []))
        batch.images.append(image)
        batch.requests.append(request)
        if len(batch.images) == batch_size:
            yield waiting.pop(own)
            continue
        held = [other for batch in waiting.values() for other in batch.images]
        if len(held) == _OPEN_BATCHES * batch_size or sum(other.nbytes for other in held) > _MOST_OPEN_BYTES:
            yield waiting.pop(max(waiting, key=lambda key: len(waiting[key].images)))
    yield from waiting.values()


def in_stretches(
    images: Iterable[tuple[ItemT, RgbImage | InputError]], batch_size: int
) -> Iterator[list[tuple[ItemT, RgbImage | InputError]]]:
    """Images that come one after the other, or why they do not, as many together as may be open at a time: what is
    made of them can be given back in their order before the next ones are asked for."""
    stretch: list[tuple[ItemT, RgbImage | InputError]] = []
    held = 0
    for item, image in images:
        stretch.append((item, image))
        held += 0 if isinstance(image, InputError) else image.nbytes
        if len(stretch) == _OPEN_BATCHES * batch_size or held > _MOST_OPEN_BYTES:
            yield stretch
            stretch, held = [], 0
    if stretch:
        yield stretch


def images_ahead(requests: Iterable[RequestT]) -> Iterator[tuple[RequestT, RgbImage | RejectedImage]]:
    """The image of each request, or why it cannot be read; the next ones are read meanwhile."""
    return read_ahead(requests, _read, lambda read: array_bytes(read[1]))


def _read(request: RequestT) -> tuple[RequestT, RgbImage | RejectedImage]:
    try:
        return request, read_image(request.path)
    except InputError as error:
        return request, RejectedImage.of(request, str(error))


def seen(
    batch: ImageBatch[RequestT], see: Callable[[Sequence[RgbImage], Sequence[RequestT]], Sequence[SeenT]]
) -> list[SeenT | RejectedImage]:
    """What `see` says of each image; a batch too large for the memory is seen half by half, image by image."""
    try:
        return [*see(*batch)]
    except (RuntimeError, MemoryError) as error:
        if not is_memory_shortage(error):
            raise
        reason = f"too little memory for the network to see it: {str(error).partition(chr(10))[0]}"
    # Outside the handler, whose traceback would keep what there was too much of.
    middle = len(batch.images) // 2
    if not middle:
        return [RejectedImage.of(batch.requests[0], reason)]
    halves = (slice(None, middle), slice(middle, None))
    return [one for half in halves for one in seen(ImageBatch(batch.images[half], batch.requests[half]), see)]
