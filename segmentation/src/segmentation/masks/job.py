"""Masks of many images: the network in batches here, what follows it in worker processes, one file per image."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segmentation.data.images import RgbImage, read_image
from segmentation.data.targets import ImageTargets
from segmentation.errors import InputError
from segmentation.masks.finish import UnfinishedMask
from segmentation.masks.maps import Heatmaps, score_maps
from segmentation.masks.options import MaskOptions
from segmentation.masks.workers import Finished, FinishQueue, finish_queue

_OPEN_BATCHES = 8
"""So many times the images of a batch may wait for others of their size; then the fullest batch goes as it is."""


@dataclass(frozen=True, slots=True)
class RejectedImage:
    """An image that got no mask, and why."""

    image_id: int | str
    file_name: str
    reason: str


@dataclass(slots=True)
class MaskCounts:
    """What a run has done so far."""

    total: int
    written: int = 0
    present: int = 0
    """Masks that an earlier run wrote."""
    rejected: list[RejectedImage] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Images that are dealt with."""
        return self.written + self.present + len(self.rejected)


@dataclass(frozen=True, slots=True)
class MaskJob:
    """Algorithm 1 over a set of images, on whatever gives heatmaps."""

    heatmaps: Callable[[Sequence[RgbImage], Sequence[ImageTargets]], list[Heatmaps]]
    """Heatmaps of images that can share a batch."""
    base_size: Callable[[RgbImage], tuple[int, int]]
    """Images of one base size can share a batch."""
    n_foreground: int
    options: MaskOptions
    """Resolved."""
    processes: int = 1
    batch_size: int = 8
    progress: Callable[[MaskCounts], None] = lambda _: None

    def run(self, targets: Sequence[ImageTargets], folder: Path) -> MaskCounts:
        """Write `mask_path` for every image whose mask is not there yet.

        An image that cannot be read is rejected, and the run goes on. Raises OutputError where masks cannot be
        written.
        """
        counts = MaskCounts(len(targets))
        by_path: dict[Path, ImageTargets] = {}
        todo: list[ImageTargets] = []
        for image in targets:
            path = mask_path(folder, image)
            first = by_path.setdefault(path, image)
            if first is not image:
                counts.rejected.append(_rejected(image, f"its mask would have the name of that of {first.path}"))
            elif path.is_file():
                counts.present += 1
            else:
                todo.append(image)
        self.progress(counts)
        with finish_queue(self.processes) as queue:
            for finished in self._finished(todo, folder, queue, counts):
                if finished.failure is None:
                    counts.written += 1
                else:
                    counts.rejected.append(_rejected(by_path[finished.path], finished.failure))
                self.progress(counts)
        return counts

    def _finished(
        self, todo: Iterable[ImageTargets], folder: Path, queue: FinishQueue, counts: MaskCounts
    ) -> Iterator[Finished]:
        for images, targets in self._batches(todo, counts):
            for image, of_image, heatmaps in zip(images, targets, self.heatmaps(images, targets), strict=True):
                try:
                    unfinished = self._unfinished(image, heatmaps)
                except ValueError as error:
                    counts.rejected.append(_rejected(of_image, str(error)))
                    continue
                yield from queue.put(unfinished, mask_path(folder, of_image))
        yield from queue.drain()

    def _batches(
        self, todo: Iterable[ImageTargets], counts: MaskCounts
    ) -> Iterator[tuple[list[RgbImage], list[ImageTargets]]]:
        """Images read, in batches of one base size; those that cannot be read go to the rejected ones."""
        open_batches: dict[tuple[int, int], tuple[list[RgbImage], list[ImageTargets]]] = {}
        for image_targets in todo:
            try:
                image = read_image(image_targets.path)
            except InputError as error:
                counts.rejected.append(_rejected(image_targets, str(error)))
                continue
            size = self.base_size(image)
            images, targets = open_batches.setdefault(size, ([], []))
            images.append(image)
            targets.append(image_targets)
            if len(images) == self.batch_size:
                yield open_batches.pop(size)
            elif (
                sum(len(open_images) for open_images, _ in open_batches.values())
                == _OPEN_BATCHES * self.batch_size
            ):
                yield open_batches.pop(max(open_batches, key=lambda key: len(open_batches[key][0])))
        yield from open_batches.values()

    def _unfinished(self, image: RgbImage, heatmaps: Heatmaps) -> UnfinishedMask:
        """Raises ValueError for heatmaps that no mask can be made of."""
        assert self.options.alpha is not None, "options are to be resolved"
        maps = score_maps(
            heatmaps,
            self.n_foreground,
            alpha=self.options.alpha,
            gamma=self.options.gamma,
            compounds=self.options.compounds,
            positive=self.options.positive_background,
        )
        if not np.isfinite(maps.scores).all():
            raise ValueError("the network's heatmaps hold NaN or infinite values")
        return UnfinishedMask(image, maps, self.options.refine, self.options.crf_preset)


def mask_path(folder: Path, image: ImageTargets) -> Path:
    """`<image stem>.png`."""
    return folder / f"{image.path.stem}.png"


def _rejected(image: ImageTargets, reason: str) -> RejectedImage:
    return RejectedImage(image.image_id, image.file_name or image.path.name, reason)
