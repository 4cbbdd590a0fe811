"""Masks of many images: the network in batches here, what follows it in worker processes, one file per image."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import mask_path, place_for_mask
from segmentation.masks.finish import Finisher, RejectedImage, UnfinishedMask
from segmentation.masks.maps import ScoreMaps, score_maps
from segmentation.masks.memory import bytes_per_process, refinement_size
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.scores.contract import Heatmaps, ImageRequest, ImageScores, ScoreSource
from segmentation.training.shortage import is_memory_shortage
from shared_runtime.errors import InputError, OutputError
from shared_runtime.workers import map_ordered

if TYPE_CHECKING:
    # It imports torch, which the errors of a command do without.
    from segmentation.masks.discriminant import LinearDiscriminant

CONSENSUS = "consensus.safetensors"
"""What the masks of a folder have in common, for a run that goes on."""
_MOST_STUDIED = 2000
"""Images that a consensus is learned from; more change little and cost as much as their masks."""
_OPEN_BATCHES = 8
"""So many times the images of a batch may wait for others of their size; then the fullest batch goes as it is."""

RequestT = TypeVar("RequestT", bound=ImageRequest)


@dataclass(slots=True)
class MaskCounts:
    """What a run has done so far."""

    total: int
    written: int = 0
    present: int = 0
    """Masks that an earlier run wrote."""
    rejected: list[RejectedImage] = field(default_factory=list)
    reduced: int = 0
    """Images that were refined at a smaller size than their own, to save memory."""
    studied: int = 0
    """Images that the consensus has been learned from, of `to_study`."""
    to_study: int = 0

    @property
    def done(self) -> int:
        """Images that are dealt with."""
        return self.written + self.present + len(self.rejected)


class _Batch(NamedTuple, Generic[RequestT]):
    """Images of one base size, each with its request."""

    images: list[RgbImage]
    requests: list[RequestT]


@dataclass(frozen=True, slots=True)
class MaskJob(Generic[RequestT]):
    """Algorithm 1 over a set of images, on whatever gives heatmaps."""

    source: ScoreSource[RequestT]
    n_foreground: int
    options: ResolvedMaskOptions
    processes: int = 1
    batch_size: int = 8
    progress: Callable[[MaskCounts], None] = lambda _: None

    def run(self, requests: Sequence[RequestT], folder: Path) -> MaskCounts:
        """Write the mask of every image whose mask is not there yet (`mask_path`, by the stem of its file).

        An image that cannot be read is rejected, and the run goes on. Raises OutputError where masks cannot be
        written, CapparseError where a worker process died.
        """
        counts = MaskCounts(len(requests))
        by_path: dict[Path, RequestT] = {}
        todo: list[RequestT] = []
        for request in requests:
            path = mask_path(folder, request.key)
            first = by_path.setdefault(path, request)
            if first is not request:
                reason = f"its mask would have the same name as that of {first.path}"
                counts.rejected.append(RejectedImage.of(request, reason))
            elif path.is_file():
                counts.present += 1
            else:
                todo.append(request)
        self.progress(counts)
        if todo:
            discriminant = self._discriminant(list(by_path.values()), folder, counts)
            most_bytes = bytes_per_process(self.processes)
            finisher = Finisher(self.options.refine, self.options.crf_preset, most_bytes)
            # Spawned, not forked: torch has started threads in this process, which forked workers would wait for.
            for rejected in map_ordered(
                finisher,
                self._unfinished(todo, folder, discriminant, counts),
                processes=self.processes,
                method="spawn",
            ):
                if rejected is None:
                    counts.written += 1
                else:
                    counts.rejected.append(rejected)
                self.progress(counts)
        return counts

    def _discriminant(
        self, requests: Sequence[RequestT], folder: Path, counts: MaskCounts
    ) -> "LinearDiscriminant | None":
        """What an earlier run learned, or what can be learned from these images; None without the option."""
        if not self.options.consensus:
            return None
        from segmentation.masks.discriminant import CellStatistics, LinearDiscriminant

        path = folder / CONSENSUS
        if path.is_file():
            return LinearDiscriminant.load(path)
        studied = requests[:: -(-len(requests) // _MOST_STUDIED)]
        counts.to_study = len(studied)
        self.progress(counts)
        statistics = CellStatistics(self.n_foreground + 1)
        for batch in self._batches(studied):
            if isinstance(batch, RejectedImage):
                continue
            for seen in self._seen(batch):
                if isinstance(seen, RejectedImage):
                    continue
                # What is wrong with an image is told when its mask is made.
                with suppress(ValueError):
                    maps = self._score_maps(seen.heatmaps)
                    if seen.cells is not None:
                        statistics.add(seen.cells.features, maps)
            counts.studied += len(batch.images)
            self.progress(counts)
        counts.to_study = counts.studied
        discriminant = statistics.discriminant()
        if discriminant is not None:
            try:
                discriminant.save(path)
            except OSError as error:
                raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
        return discriminant

    def _unfinished(
        self,
        requests: Iterable[RequestT],
        folder: Path,
        discriminant: "LinearDiscriminant | None",
        counts: MaskCounts,
    ) -> Iterator[UnfinishedMask | RejectedImage]:
        """All images, with their score maps; those that no mask can be made of as rejected ones."""
        for batch in self._batches(requests):
            if isinstance(batch, RejectedImage):
                yield batch
                continue
            for image, request, seen in zip(*batch, self._seen(batch), strict=True):
                if isinstance(seen, RejectedImage):
                    yield seen
                    continue
                try:
                    maps = self._score_maps(seen.heatmaps)
                except ValueError as error:
                    yield RejectedImage.of(request, str(error))
                    continue
                if discriminant is not None and seen.cells is not None:
                    maps = discriminant.mixed(maps, seen.cells)
                size = image.shape[0], image.shape[1]
                counts.reduced += size != refinement_size(*size, len(maps.scores), self.options.refine)
                yield UnfinishedMask(request, image, maps, place_for_mask(folder, request.key))

    def _seen(self, batch: _Batch[RequestT]) -> list[ImageScores | RejectedImage]:
        """The scores of each image; a batch that does not fit into memory is seen half by half, image by image."""
        try:
            return [*self.source.scores(*batch)]
        except (RuntimeError, MemoryError) as error:
            if not is_memory_shortage(error):
                raise
            reason = f"too little memory for the network to see it: {str(error).partition(chr(10))[0]}"
        # Outside the handler, whose traceback would keep what there was too much of.
        middle = len(batch.images) // 2
        if not middle:
            return [RejectedImage.of(batch.requests[0], reason)]
        halves = (slice(None, middle), slice(middle, None))
        return [seen for half in halves for seen in self._seen(_Batch(batch.images[half], batch.requests[half]))]

    def _batches(self, requests: Iterable[RequestT]) -> Iterator[_Batch[RequestT] | RejectedImage]:
        """Images read, in batches of one base size; those that cannot be read are rejected."""
        waiting: dict[tuple[int, int], _Batch[RequestT]] = {}
        for request in requests:
            try:
                image = read_image(request.path)
            except InputError as error:
                yield RejectedImage.of(request, str(error))
                continue
            size = self.source.base_size(image)
            batch = waiting.setdefault(size, _Batch([], []))
            batch.images.append(image)
            batch.requests.append(request)
            if len(batch.images) == self.batch_size:
                yield waiting.pop(size)
            elif sum(len(other.images) for other in waiting.values()) == _OPEN_BATCHES * self.batch_size:
                yield waiting.pop(max(waiting, key=lambda key: len(waiting[key].images)))
        yield from waiting.values()

    def _score_maps(self, heatmaps: Heatmaps) -> ScoreMaps:
        """Raises ValueError for heatmaps that no mask can be made of."""
        maps = score_maps(heatmaps, self.n_foreground, self.options.rules)
        if not np.isfinite(maps.scores).all():
            raise ValueError("the network's heatmaps hold NaN or infinite values")
        return maps
