"""Cells of a frozen backbone, computed once and trained on many times.

Where all of a backbone stays as it is, it would say the same of an image in every epoch. So it is shown each image
a few times, cropped differently, and what it says is kept on disk for as long as the training lasts: new layers
then learn in a tenth of the time on a CPU.
"""

import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from segmentation.backbones.contract import Backbone
from segmentation.training.config import TrainingFiles
from segmentation.training.devices import DeviceGroup
from segmentation.training.loading import read_parts
from segmentation.training.loop import Progress, stop_requests
from segmentation.training.order import Stream, random_generator
from segmentation.training.task import Batch, CellSamples, Samples
from shared_runtime.errors import InputError, OutputError, UsageError

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound=Batch)

_AT_ONCE = 8
"""Images that the backbone sees together: more are no faster on a CPU, and GPUs wait for what reads."""
_SECONDS = 5.0
"""Between two times that what was computed is written to the disk, which takes 20 to 30 ms."""
_KEPT, _UNREADABLE = 1, 2
"""States of a crop in the file beside the cells; 0: it was not looked at yet."""


class _Pictures(Protocol):
    images: torch.Tensor


@dataclass(frozen=True, slots=True)
class FrozenViews:
    """How a frozen backbone looks at the samples of a training."""

    count: int
    """Crops of each image."""
    seed: int

    def generator(self, view: int, index: int) -> np.random.Generator:
        """The random numbers that crop `view` of image `index` is drawn with."""
        return random_generator(self.seed, Stream.VIEW, view, index)


class KeptCells(Generic[SampleT, BatchT]):
    """`Samples` whose images are the cells that a backbone makes of them, `(h, w, channels)` float16.

    A sample is one of the views of its image, drawn anew in every epoch, as is what is said of it: only the crop
    is the view's own.
    """

    def __init__(
        self,
        samples: CellSamples[SampleT, BatchT],
        views: FrozenViews,
        cells: npt.NDArray[np.float16],
        state: npt.NDArray[np.uint8],
    ) -> None:
        """`cells` (views, images, h, w, channels), `state` (views, images)."""
        self._samples = samples
        self._views = views
        self._cells = cells
        self._state = state

    def __len__(self) -> int:
        return len(self._samples)

    def sample(self, index: int, rng: np.random.Generator) -> SampleT:
        """One view of an image, with its labels. InputError where the image could not be read."""
        view = int(rng.integers(self._views.count))
        own = self._views.generator(view, index)
        if self._state[view, index] != _KEPT:
            self._samples.sample(index, own)
            raise InputError(
                f"image {index} of this training could not be read when its cells were made, and can be now: it "
                "is looked at when the training is stopped and gone on with"
            )
        return self._samples.of_cells(index, own, rng, self._cells[view, index])

    def collate(self, samples: Sequence[SampleT]) -> BatchT:
        """As that of the samples."""
        return self._samples.collate(samples)


def keep_cells(
    backbone: Backbone,
    samples: CellSamples[SampleT, BatchT],
    views: FrozenViews,
    files: TrainingFiles,
    devices: DeviceGroup,
    workers: int | None = 0,
    *,
    show: Callable[[Progress], None],
) -> KeptCells[SampleT, BatchT]:
    """The samples with their cells, from `files` or computed now; `backbone` is frozen for good.

    So many `workers` read images meanwhile, as in a training (None: by cores). What an interrupted call has
    computed is not computed again; what it could not read is tried again. Raises UsageError for a backbone with
    layers that start at random, OutputError where the disk has no room, KeyboardInterrupt when the process is
    asked to stop.
    """
    if backbone.random_parameters:
        raise UsageError(
            f"{type(backbone).__name__} has random layers ({', '.join(backbone.random_parameters)}): frozen, they "
            "never learn. Set frozen_views=0"
        )
    backbone.freeze_whole()
    backbone.to(devices.device)
    first = next(_readable(samples, views), None)
    if first is None:
        raise InputError("none of the images can be read")
    shape = _cells_of(backbone, samples, [first], devices)[0].shape
    places = (views.count, len(samples))
    _check_room(files, places, shape)
    if devices.first:
        _opened(files, places, shape)
    devices.wait()
    cells, state = _opened(files, places, shape)
    # Shared out before it is known what is done: by then another process may have done some of its own.
    own = np.argwhere(np.ones(places, dtype=np.bool_))[devices.index :: devices.count]
    # What could not be read is tried again: somebody may have mended it.
    pending = own[state[tuple(own.T)] != _KEPT]
    begun, done = time.monotonic(), 0
    with (
        stop_requests() as stop_requested,
        closing(_read(_Crops(samples, views), pending, workers)) as read,
        closing(_Writer(cells, state)) as writer,
    ):
        for part, crops in read:
            there = {place: crop for place, crop in zip(part, crops, strict=True) if crop is not None}
            writer.write(there, _cells_of(backbone, samples, [*there.values()], devices))
            for place in part:
                if place not in there:
                    state[place] = _UNREADABLE
            done += len(part)
            if devices.first:
                rate = devices.count * done / (time.monotonic() - begun)
                at = devices.count * (len(own) - len(pending) + done)
                show(Progress(min(at, state.size), state.size, 0.0, images_per_second=rate, looking=True))
            if stop_requested():
                raise KeyboardInterrupt
    devices.wait()
    return KeptCells(samples, views, cells, state)


Place = tuple[int, int]
"""A view, and the index of an image."""


def _read(
    crops: "_Crops[SampleT]", pending: npt.NDArray[np.intp], workers: int | None
) -> Generator[tuple[list[Place], list[SampleT | None]], None, None]:
    """Places and their crops, so many as the backbone sees together."""
    parts = [
        [(view, index) for view, index in pending[start : start + _AT_ONCE].tolist()]
        for start in range(0, len(pending), _AT_ONCE)
    ]
    with closing(read_parts(crops, parts, workers)) as read:
        yield from zip(parts, read, strict=True)


@dataclass(frozen=True, slots=True)
class _Crops(Generic[SampleT]):
    """Samples by view and index; None for one that cannot be read."""

    samples: Samples[SampleT, Any]
    views: FrozenViews

    def __call__(self, places: Sequence[Place]) -> list[SampleT | None]:
        return [self._read(view, index) for view, index in places]

    def _read(self, view: int, index: int) -> SampleT | None:
        try:
            return self.samples.sample(index, self.views.generator(view, index))
        except InputError:
            return None


class _Writer:
    """Keeps cells, and says that they are there once the disk has them: a power cut may come in between."""

    def __init__(self, cells: "np.memmap[Any, Any]", state: "np.memmap[Any, Any]") -> None:
        self._cells, self._state = cells, state
        self._unsaid: list[Place] = []
        self._last = time.monotonic()

    def write(self, places: Iterable[Place], found: npt.NDArray[np.float16]) -> None:
        """Cells (n, h, w, channels) of n views and images."""
        for place, of_image in zip(places, found, strict=True):
            self._cells[place] = of_image
            self._unsaid.append(place)
        if time.monotonic() - self._last > _SECONDS:
            self.close()

    def close(self) -> None:
        """Also where a training stops: what is computed need not be computed again."""
        self._cells.flush()
        for place in self._unsaid:
            self._state[place] = _KEPT
        self._state.flush()
        self._unsaid, self._last = [], time.monotonic()


def _readable(samples: Samples[SampleT, Any], views: FrozenViews) -> Iterator[SampleT]:
    for index in range(len(samples)):
        try:
            yield samples.sample(index, views.generator(0, index))
        except InputError:
            continue


def _cells_of(
    backbone: Backbone, samples: Samples[SampleT, Any], read: list[SampleT], devices: DeviceGroup
) -> npt.NDArray[np.float16]:
    """(len(read), h, w, channels)"""
    if not read:
        return np.empty((0, 0, 0, 0), dtype=np.float16)
    batch: _Pictures = samples.collate(read).to(devices.device)
    with torch.inference_mode():
        features = backbone(batch.images)
    kept: npt.NDArray[np.float16] = features.permute(0, 2, 3, 1).half().cpu().numpy()
    return kept


def _opened(
    files: TrainingFiles, places: tuple[int, int], shape: tuple[int, ...]
) -> tuple["np.memmap[Any, np.dtype[np.float16]]", "np.memmap[Any, np.dtype[np.uint8]]"]:
    """Cells and their state as they are on disk; empty ones where none of this size are there."""
    n_bytes = 2 * int(np.prod((*places, *shape)))
    there = files.cells.is_file() and files.cells.stat().st_size == n_bytes and files.cells_state.is_file()
    mode: Any = "r+" if there else "w+"
    cells = np.memmap(files.cells, np.float16, mode, shape=(*places, *shape))
    return cells, np.memmap(files.cells_state, np.uint8, mode, shape=places)


def _check_room(files: TrainingFiles, places: tuple[int, int], shape: tuple[int, ...]) -> None:
    needed = 2 * int(np.prod((*places, *shape)))
    taken = files.cells.stat().st_blocks * 512 if files.cells.is_file() else 0
    free = shutil.disk_usage(files.path).free + taken
    if needed > free:
        raise OutputError(
            f"{files.path}: the cells of {places[1]:,} images in {places[0]} crops take {needed / 1e9:.1f} GB, "
            f"and {free / 1e9:.1f} GB are free. Take fewer crops (--set frozen_views=1), smaller ones "
            "(--image-size), or train all layers (--set frozen_views=0)"
        )
