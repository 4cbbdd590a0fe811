"""Masks of many images by Algorithm 1: heatmaps of a network, and what all the images together say of a class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic

import numpy as np

from segmentation.data.images import RgbImage
from segmentation.masks.batches import image_batches, seen
from segmentation.masks.finish import Finisher, RejectedImage
from segmentation.masks.maps import ScoreMaps, likeliest, score_maps, sharpened
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.overlay import draw_overlays, with_overlays
from segmentation.masks.pipeline import MaskCounts, MaskPipeline, plan_masks
from segmentation.masks.refinement import Refinement
from segmentation.scores.contract import Heatmaps, ImageScores, RequestT, ScoreSource, Sizes
from shared_runtime.files import writing

if TYPE_CHECKING:
    # It imports torch, which the errors of a command do without.
    from segmentation.masks.discriminant import LinearDiscriminant

CONSENSUS = "consensus.safetensors"
"""What the masks of a folder have in common, for a run that goes on."""
_MOST_STUDIED = 2000
"""Images that a consensus is learned from; more change little and cost as much as their masks."""


@dataclass(frozen=True, slots=True)
class HeatmapMaps(Generic[RequestT]):
    """Score maps of heatmaps (lines 1 to 10 of Algorithm 1), and of the discriminant where there is one."""

    source: ScoreSource[RequestT]
    n_foreground: int
    options: ResolvedMaskOptions
    discriminant: "LinearDiscriminant | None" = None

    def sizes(self, image: RgbImage) -> Sizes:
        """As those of the source."""
        return self.source.sizes(image)

    def maps(self, images: Sequence[RgbImage], requests: Sequence[RequestT]) -> list[ScoreMaps | RejectedImage]:
        """Score maps of each image; rejected are those that have no heatmap, or scores that are not finite."""
        found: list[ScoreMaps | RejectedImage] = []
        for request, of_image in zip(requests, self.source.scores(images, requests), strict=True):
            try:
                found.append(self._maps(of_image))
            except ValueError as error:
                found.append(RejectedImage.of(request, str(error)))
        return found

    def _maps(self, of_image: ImageScores) -> ScoreMaps:
        """Raises ValueError as `of_heatmaps` does."""
        maps = self.of_heatmaps(of_image.heatmaps)
        # A band asks how near classes came that are likeliest nowhere.
        if of_image.heatmaps.background is not None and self.options.ignore_band is None:
            maps = likeliest(maps)
        if self.discriminant is not None and of_image.cells is not None:
            maps = self.discriminant.mixed(maps, of_image.cells)
            # The best of a cell with NaN would be whichever comes first.
            if not np.isfinite(maps.scores).all():
                raise ValueError(f"its scores, mixed with {CONSENSUS}, hold NaN or infinite values")
        if self.options.refine is not Refinement.NONE and self.options.sharpness != 1:
            maps = replace(maps, scores=sharpened(maps.scores, self.options.sharpness))
        return maps

    def of_heatmaps(self, heatmaps: Heatmaps) -> ScoreMaps:
        """Raises ValueError for heatmaps that no mask can be made of."""
        maps = score_maps(heatmaps, self.n_foreground, self.options.rules)
        if not np.isfinite(maps.scores).all():
            raise ValueError("the network's heatmaps hold NaN or infinite values")
        return maps


@dataclass(frozen=True, slots=True)
class MaskMachine:
    """Where masks are made: nothing that changes them, but for the rounding of the device."""

    device: str = "auto"
    processes: int = 1
    batch_size: int = 8


@dataclass(frozen=True, slots=True)
class MaskJob(Generic[RequestT]):
    """Algorithm 1 over a set of images, on whatever gives heatmaps."""

    source: ScoreSource[RequestT]
    n_foreground: int
    options: ResolvedMaskOptions
    machine: MaskMachine = MaskMachine()
    """The device is that of the source already."""
    progress: Callable[[MaskCounts], None] = lambda _: None
    overlays_of: Sequence[str] | None = None
    """Names of the classes 1, 2, …, where masks are also shown over their images; None: they are not."""

    def run(self, requests: Sequence[RequestT], folder: Path) -> MaskCounts:
        """Write the mask of every image whose mask is not there yet (`mask_path`, by the stem of its file).

        An image that cannot be read is rejected, and the run goes on. Raises OutputError where masks cannot be
        written, CapparseError where a worker process died.
        """
        finisher = Finisher(
            self.options.refine,
            self.options.crf_preset,
            bytes_per_process(self.machine.processes),
            self.options.ignore_band,
        )
        distinct, todo, counts = plan_masks(requests, folder)
        self.progress(counts)
        if self.overlays_of is not None:
            draw_overlays(distinct, folder, self.overlays_of, self.machine.processes)
            finisher = with_overlays(finisher, folder, self.overlays_of)
        if todo:
            discriminant = self._discriminant(distinct, folder, counts)
            MaskPipeline(
                HeatmapMaps(self.source, self.n_foreground, self.options, discriminant),
                finisher,
                self.machine.processes,
                self.machine.batch_size,
                self.progress,
            ).run(todo, folder, counts)
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
        alone = HeatmapMaps(self.source, self.n_foreground, self.options)
        for batch in image_batches(studied, self.source.sizes, self.machine.batch_size):
            if isinstance(batch, RejectedImage):
                continue
            for of_image in seen(batch, self.source.scores):
                if isinstance(of_image, RejectedImage):
                    continue
                try:
                    maps = alone.of_heatmaps(of_image.heatmaps)
                except ValueError:
                    # What is wrong with an image is told when its mask is made.
                    continue
                if of_image.cells is not None:
                    statistics.add(of_image.cells.features, maps)
                    counts.studied += 1
            self.progress(counts)
        counts.to_study = counts.studied
        discriminant = statistics.discriminant()
        if discriminant is not None:
            with writing(path):
                discriminant.save(path)
        return discriminant
