"""Masks of many images: the network in batches here, what follows it in worker processes, one file per image."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segmentation.data.images import RgbImage, read_image
from segmentation.data.targets import ImageTargets
from segmentation.masks.consensus import CellStatistics, Consensus
from segmentation.masks.finish import UnfinishedMask
from segmentation.masks.heatmaps import SeenImage
from segmentation.masks.maps import Heatmaps, ScoreMaps, score_maps
from segmentation.masks.options import MaskOptions
from segmentation.masks.workers import Finished, FinishQueue, finish_queue
from shared_runtime.errors import InputError, OutputError

CONSENSUS = "consensus.safetensors"
"""What the masks of a folder have in common, for a run that goes on."""
_MOST_STUDIED = 2000
"""Images that a consensus is learned from; more change little and cost as much as their masks."""
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
    studied: int = 0
    """Images that the consensus has been learned from, of `to_study`."""
    to_study: int = 0

    @property
    def done(self) -> int:
        """Images that are dealt with."""
        return self.written + self.present + len(self.rejected)


@dataclass(frozen=True, slots=True)
class MaskJob:
    """Algorithm 1 over a set of images, on whatever gives heatmaps."""

    see: Callable[[Sequence[RgbImage], Sequence[ImageTargets]], list[SeenImage]]
    """Heatmaps and cells of images that can share a batch."""
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
        consensus = self._consensus(list(by_path.values()), folder, counts) if todo else None
        with finish_queue(self.processes) as queue:
            for finished in self._finished(todo, folder, queue, counts, consensus):
                if finished.failure is None:
                    counts.written += 1
                else:
                    counts.rejected.append(_rejected(by_path[finished.path], finished.failure))
                self.progress(counts)
        return counts

    def _consensus(self, targets: Sequence[ImageTargets], folder: Path, counts: MaskCounts) -> Consensus | None:
        """What an earlier run learned, or what can be learned from these images; None without the option."""
        if not self.options.consensus:
            return None
        path = folder / CONSENSUS
        if path.is_file():
            return Consensus.load(path)
        studied = targets[:: -(-len(targets) // _MOST_STUDIED)]
        counts.to_study = len(studied)
        statistics = CellStatistics(self.n_foreground + 1)
        unreadable = MaskCounts(len(studied))
        for images, of_images in self._batches(studied, unreadable):
            for seen in self.see(images, of_images):
                # What is wrong with an image is told when its mask is made.
                with suppress(ValueError):
                    statistics.add(seen.cells.features, self._score_maps(seen.heatmaps))
            counts.studied += len(images)
            self.progress(counts)
        counts.to_study = counts.studied
        consensus = statistics.consensus()
        if consensus is not None:
            try:
                consensus.save(path)
            except OSError as error:
                raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
        return consensus

    def _finished(
        self,
        todo: Iterable[ImageTargets],
        folder: Path,
        queue: FinishQueue,
        counts: MaskCounts,
        consensus: Consensus | None,
    ) -> Iterator[Finished]:
        for images, targets in self._batches(todo, counts):
            for image, of_image, seen in zip(images, targets, self.see(images, targets), strict=True):
                try:
                    maps = self._score_maps(seen.heatmaps)
                except ValueError as error:
                    counts.rejected.append(_rejected(of_image, str(error)))
                    continue
                if consensus is not None:
                    maps = consensus.mixed(maps, seen.cells)
                unfinished = UnfinishedMask(image, maps, self.options.refine, self.options.crf_preset)
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

    def _score_maps(self, heatmaps: Heatmaps) -> ScoreMaps:
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
        return maps


def mask_path(folder: Path, image: ImageTargets) -> Path:
    """`<image stem>.png`."""
    return folder / f"{image.path.stem}.png"


def _rejected(image: ImageTargets, reason: str) -> RejectedImage:
    return RejectedImage(image.image_id, image.file_name or image.path.name, reason)
