"""Images through a segmentation network: which of the classes that compete each cell shows, and how surely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segmentation.backbones.contract import Backbone
from segmentation.backbones.devices import in_precision
from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes, Viewing
from segmentation.scores.views import ImageViews
from segmentation.scores.windows import resized_part, tent, windows
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.presence import class_probabilities


@dataclass(frozen=True, slots=True)
class SegmenterScores:
    """A trained network, and how it looks at images: a `ScoreSource` for images with the classes that compete."""

    network: SegmentationNetwork
    """On `device`, in evaluation mode."""
    device: torch.device
    viewing: Viewing
    """`input_size` is the shorter side; what is larger than `window` goes in windows."""

    @property
    def views(self) -> ImageViews:
        """What the network sees of images."""
        return ImageViews(self.viewing, self._backbone.stride, self._backbone.first_cell, shorter=True)

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.views.sizes(image)

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Probabilities (h, w) of the background and of the classes that compete.

        Foreign classes are left out before the softmax, as if the network had never learned them (Vilar & Perez,
        Section V-D). Classes that an image's record names are believed to be there (`presence`); of others those
        that are nowhere as likely as `min_score` are left out afterwards. Probabilities are averaged over scales
        and mirror images, at the cells of scale 1. All images must have the same `sizes`.
        """
        seen = [view for scale in self.viewing.scales for view in self._views(images, requests, scale)]
        return [
            self._image_scores(request, self.views.averaged(of_image, images[0]))
            for request, of_image in zip(requests, zip(*seen, strict=True), strict=True)
        ]

    @property
    def _backbone(self) -> Backbone:
        return self.network.backbone

    def _image_scores(self, request: ImageTargets, maps: FloatMap) -> ImageScores:
        background, *classes = maps
        by_id = {
            class_id: scores
            for class_id, scores in zip(request.foreground, classes, strict=True)
            if class_id in request.evidence or scores.max() >= self.viewing.min_score
        }
        return ImageScores(Heatmaps(by_id, {}, self.views.margin, background), cells=None)

    def _views(
        self, images: Sequence[RgbImage], requests: Sequence[ImageTargets], scale: float
    ) -> list[list[FloatMap]]:
        """Per view of a scale probabilities (1 + F, h, w) of each image, of the background and its F classes."""
        return [
            [
                class_probabilities(logits, request, self.viewing.presence).cpu().numpy()
                for logits, request in zip(view, requests, strict=True)
            ]
            for view in self._logits(images, scale)
        ]

    def _logits(self, images: Sequence[RgbImage], scale: float) -> Tensor:
        """Logits [V B 1+K h w] on the device, of images at a scale, upright and, with `flip`, mirrored; windows
        that overlap are averaged."""
        size, (rows, columns) = self.views.size(images[0], scale), self.views.cells(images[0], scale)
        most = max(1, self._cells(self.viewing.window))
        places = list(windows(rows, columns, most))
        if len(places) == 1:
            return torch.cat(list(self._seen(images, size, *places[0])), dim=1)
        total: Tensor | None = None
        weights = torch.zeros(rows, columns, device=self.device)
        for down, across in places:
            weight = torch.from_numpy(tent(down.stop - down.start, across.stop - across.start)).to(self.device)
            found = torch.cat(list(self._seen(images, size, down, across)), dim=1)
            if total is None:
                total = found.new_zeros(*found.shape[:3], rows, columns)
            total[..., down, across] += found.mul_(weight)
            weights[down, across] += weight
        assert total is not None, "there is a window"
        return total.div_(weights)

    def _seen(
        self, images: Sequence[RgbImage], size: tuple[int, int], down: slice, across: slice
    ) -> Iterator[Tensor]:
        """Logits of a window in each view, of as many images at a time as the largest window has pixels for."""
        rows, columns = self._pixels(down), self._pixels(across)
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        together = max(1, self.viewing.window**2 // area)
        for start in range(0, len(images), together):
            parts = [resized_part(image, size, rows, columns) for image in images[start : start + together]]
            batch = torch.from_numpy(np.stack(parts)).permute(0, 3, 1, 2).to(self.device)
            with in_precision(self.viewing.precision, self.device):
                views = [self.network(batch).float()]
                if self.viewing.flip:
                    views.append(self.network(batch.flip(-1)).float().flip(-1))
            yield torch.stack(views)

    def _cells(self, pixels: int) -> int:
        """The cells of the longest side within `pixels` that ends where a cell does."""
        return int((pixels - 1 - 2 * self._backbone.first_cell) // self._backbone.stride) + 1

    def _pixels(self, cells: slice) -> slice:
        """The pixels that a window of cells is seen through."""
        stride, first_cell = self._backbone.stride, self._backbone.first_cell
        return slice(cells.start * stride, (cells.stop - 1) * stride + 1 + int(2 * first_cell))
