"""A part of a row stream: the first captions of it, or all captions of a random sample of its images."""

import heapq
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from caption_parser.readers.rows import CaptionRow, RejectedRow, Row


def first_captions(rows: Iterable[Row], limit: int) -> Iterator[Row]:
    """The rows up to the caption number `limit`; what comes after it is not read.

    The last images may lack captions that come later in the input.
    """
    left = limit
    if left <= 0:
        return
    for row in rows:
        yield row
        left -= isinstance(row, CaptionRow)
        if left == 0:
            return


def sample_images(rows: Iterable[Row], size: int, seed: int) -> Iterator[Row]:
    """All captions of `size` images drawn at random without replacement, in input order; fewer if there are fewer.

    The images drawn are those whose ids have the smallest keyed hashes (bottom-k sampling): the same for the same
    seed in whatever order the rows come. One pass; memory holds the captions of at most `size` + 1 images.
    Rejected rows are passed on as they are met, before the sample.
    """
    kept: dict[int, list[tuple[int, CaptionRow]]] = {}
    largest: list[int] = []
    """The negated hashes of `kept`, as a heap."""
    for position, row in enumerate(rows):
        if isinstance(row, RejectedRow):
            yield row
            continue
        image = _hash(row.image_id, seed)
        if image in kept:
            kept[image].append((position, row))
        elif len(kept) < size or (largest and image < -largest[0]):
            kept[image] = [(position, row)]
            heapq.heappush(largest, -image)
            if len(kept) > size:
                del kept[-heapq.heappop(largest)]
    positioned = sorted((entry for entries in kept.values() for entry in entries), key=lambda entry: entry[0])
    yield from (row for _, row in positioned)


def _hash(image_id: int | str, seed: int) -> int:
    key = f"{seed}:{image_id!r}".encode("utf-8", "backslashreplace")
    return int.from_bytes(blake2b(key, digest_size=16).digest())
