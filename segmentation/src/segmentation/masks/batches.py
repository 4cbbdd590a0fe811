"""Images for a network: read, put together by the size at which it sees them, in as much memory as there is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from segmentation.data.images import RgbImage, read_image
from segmentation.masks.finish import RejectedImage
from segmentation.scores.contract import ImageRequest, Sizes
from segmentation.training.shortage import is_memory_shortage
from shared_runtime.errors import InputError

_OPEN_BATCHES = 8
"""So many times the images of a batch may wait for others of their size; then the fullest batch goes as it is."""

RequestT = TypeVar("RequestT", bound=ImageRequest)
SeenT = TypeVar("SeenT")


class ImageBatch(NamedTuple, Generic[RequestT]):
    """Images of the same sizes, each with its request."""

    images: list[RgbImage]
    requests: list[RequestT]


def image_batches(
    requests: Iterable[RequestT], sizes: Callable[[RgbImage], Sizes], batch_size: int
) -> Iterator[ImageBatch[RequestT] | RejectedImage]:
    """Images read, in batches of the same `sizes`; those that cannot be read are rejected."""
    waiting: dict[Sizes, ImageBatch[RequestT]] = {}
    for request in requests:
        try:
            image = read_image(request.path)
        except InputError as error:
            yield RejectedImage.of(request, str(error))
            continue
        own = sizes(image)
        batch = waiting.setdefault(own, ImageBatch([], []))
        batch.images.append(image)
        batch.requests.append(request)
        if len(batch.images) == batch_size:
            yield waiting.pop(own)
        elif sum(len(other.images) for other in waiting.values()) == _OPEN_BATCHES * batch_size:
            yield waiting.pop(max(waiting, key=lambda key: len(waiting[key].images)))
    yield from waiting.values()


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
