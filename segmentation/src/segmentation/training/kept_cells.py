"""Cells of a frozen backbone, computed once and trained on many times.

Where all of a backbone stays as it is, it would say the same of an image in every epoch. So it is shown each image
a few times, cropped differently, and what it says is kept on disk for as long as the training lasts: new layers
then learn in a tenth of the time on a CPU.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from segmentation.backbones.contract import Backbone
from segmentation.training.config import TrainingFiles
from segmentation.training.devices import DeviceGroup
from segmentation.training.loop import Progress, stop_requests
from segmentation.training.order import Stream, random_generator
from segmentation.training.task import Batch, CellSamples, Samples
from shared_runtime.errors import InputError, OutputError, UsageError

SampleT = TypeVar("SampleT")
BatchT = TypeVar("BatchT", bound=Batch)

_AT_ONCE = 8
"""Images that the backbone sees together: more are no faster on a CPU."""
_MISSING, _KEPT, _UNREADABLE = range(3)


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
            raise InputError(f"image {index} of this training could not be read when its cells were made")
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
    *,
    show: Callable[[Progress], None],
) -> KeptCells[SampleT, BatchT]:
    """The samples with their cells, from `files` or computed now; `backbone` is frozen for good.

    What an interrupted call has computed is not computed again. Raises UsageError for a backbone with layers that
    start at random, OutputError where the disk has no room, KeyboardInterrupt when the process is asked to stop.
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
    pending = own[state[tuple(own.T)] == _MISSING]
    begun = time.monotonic()
    with stop_requests() as stop_requested:
        for start in range(0, len(pending), _AT_ONCE):
            part = pending[start : start + _AT_ONCE].tolist()
            read = []
            for view, index in part:
                try:
                    read.append((view, index, samples.sample(index, views.generator(view, index))))
                except InputError:
                    state[view, index] = _UNREADABLE
            for (view, index, _), of_image in zip(
                read, _cells_of(backbone, samples, [sample for *_, sample in read], devices), strict=True
            ):
                cells[view, index] = of_image
            # In this order: what is said to be there is there, whenever the process is killed.
            cells.flush()
            for view, index, _ in read:
                state[view, index] = _KEPT
            done = start + len(part)
            if devices.first:
                rate = devices.count * done / (time.monotonic() - begun)
                at = devices.count * (len(own) - len(pending) + done)
                show(Progress(min(at, state.size), state.size, 0.0, images_per_second=rate, looking=True))
            if stop_requested():
                raise KeyboardInterrupt
    state.flush()
    devices.wait()
    return KeptCells(samples, views, cells, state)


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
