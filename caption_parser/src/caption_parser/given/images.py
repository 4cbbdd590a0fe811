"""From the items that were given to images: unusable captions set aside, those of one image together."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter
from types import FrameType
from typing import Any
from warnings import warn_explicit

from caption_parser.captions import ImageCaptions
from caption_parser.given.items import Order, items_of
from caption_parser.given.tables import ColumnChoice
from caption_parser.readers.rows import CaptionRow, RejectedRow, Row
from shared_runtime.errors import InputError


class RejectedCaptionWarning(UserWarning):
    """Captions were left out: they are missing, empty, too long or damaged."""


OnRejected = Callable[[RejectedRow], object]


def images_of(
    source: Any, choice: ColumnChoice, *, grouped: bool | None = None, on_rejected: OnRejected | None = None
) -> Iterator[ImageCaptions]:
    """The images of `source` with their captions, in order of first appearance; see `CaptionParser.label`."""
    rows, order = items_of(source, choice, grouped)
    good = _usable(rows, on_rejected or _Warner())
    if order is Order.ONE_EACH:
        return (_image(of_item) for of_item in good if of_item)
    return _consecutive(chain.from_iterable(good)) if order is Order.CONSECUTIVE else _together(good)


class _Warner:
    """Warns of the first rejected caption, each time that there are ten times as many, and of all at the end."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._next = 1
        self._untold: RejectedRow | None = None
        """The last of those that came after the last warning."""

    def __call__(self, row: RejectedRow) -> None:
        self._counts[str(row.reason)] += 1
        self._untold = row
        if self._counts.total() == self._next:
            self._next *= 10
            self._warn("so far", row)

    def end(self) -> None:
        """Warn of what was not said."""
        if self._untold is not None:
            self._warn("in all", self._untold)

    def _warn(self, when: str, row: RejectedRow) -> None:
        self._untold = None
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self._counts.most_common())
        _warn_caller(
            f"captions left out {when}: {reasons}; item {row.row}: {row.message}, got {row.raw}. Give"
            " label(…, on_rejected=FUNCTION) to collect them"
        )


def _warn_caller(message: str) -> None:
    """Warn at the line outside this package that asked for labels, each time: other captions may be meant."""
    frame = sys._getframe()
    while _is_ours(frame) and frame.f_back is not None:
        frame = frame.f_back
    place = frame.f_code.co_filename, frame.f_lineno, frame.f_globals.get("__name__")
    warn_explicit(message, RejectedCaptionWarning, *place, registry={})


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == __name__.partition(".")[0]


def _usable(items: Iterable[Sequence[Row]], on_rejected: OnRejected) -> Iterator[list[CaptionRow]]:
    for rows in items:
        good = [row for row in rows if isinstance(row, CaptionRow)]
        if len(good) < len(rows):
            for row in rows:
                if isinstance(row, RejectedRow) and not row.is_left_out:
                    on_rejected(row)
        yield good
    if isinstance(on_rejected, _Warner):
        on_rejected.end()


def _together(items: Iterable[list[CaptionRow]]) -> Iterator[ImageCaptions]:
    """Once all items are read."""
    of_image: dict[int | str, list[CaptionRow]] = {}
    for row in chain.from_iterable(items):
        of_image.setdefault(row.image_id, []).append(row)
    yield from map(_image, of_image.values())


def _consecutive(rows: Iterable[CaptionRow]) -> Iterator[ImageCaptions]:
    """Each image as soon as another one comes. Raises `InputError` for an image that comes back."""
    seen: set[int | str] = set()
    for image_id, group in groupby(rows, key=attrgetter("image_id")):
        of_image = list(group)
        if image_id in seen:
            raise InputError(
                f"item {of_image[0].row}: image {image_id!r} comes back after other images, but what has no length"
                " is labelled as it comes. Sort it by image, or give grouped=False to read all of it first"
            )
        seen.add(image_id)
        yield _image(of_image)


def _image(rows: Sequence[CaptionRow]) -> ImageCaptions:
    file_name = next((row.file_name for row in rows if row.file_name is not None), None)
    return ImageCaptions(rows[0].image_id, tuple(row.caption for row in rows), file_name, rows[0].row)
