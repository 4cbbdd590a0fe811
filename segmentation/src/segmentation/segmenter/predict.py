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
from segmentation.scores.grid import input_size, regrid
from segmentation.scores.windows import input_scale, resized_part, tent, windows
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

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return tuple(self._size(image, scale) for scale in (1.0, *self.viewing.scales))

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Probabilities (h, w) of the background and of the classes that compete.

        Foreign classes are left out before the softmax, as if the network had never learned them (Vilar & Perez,
        Section V-D). Classes that an image's record names are believed to be there (`presence`). Probabilities
        are averaged over scales and mirror images, at the cells of scale 1. All images must have the same `sizes`.
        """
        flips = (False, True) if self.viewing.flip else (False,)
        views = [self._view(images, requests, scale, flip) for scale in self.viewing.scales for flip in flips]
        return [
            self._image_scores(request, np.mean([view[index] for view in views], axis=0, dtype=np.float32))
            for index, request in enumerate(requests)
        ]

    @property
    def _backbone(self) -> Backbone:
        return self.network.backbone

    @property
    def _margin(self) -> float:
        return self._backbone.first_cell / self._backbone.stride

    def _image_scores(self, request: ImageTargets, maps: FloatMap) -> ImageScores:
        background, *classes = maps
        by_id = dict(zip(request.foreground, classes, strict=True))
        return ImageScores(Heatmaps(by_id, {}, self._margin, background), cells=None)

    def _view(
        self, images: Sequence[RgbImage], requests: Sequence[ImageTargets], scale: float, flip: bool
    ) -> list[FloatMap]:
        """Probabilities (1 + F, h, w) per image, of the background and its F classes."""
        logits = self._logits(images, self._size(images[0], scale), flip)
        grid = self._grid(self._size(images[0], 1.0))
        found = []
        for index, request in enumerate(requests):
            maps = class_probabilities(logits[index], request, self.viewing.presence).cpu().numpy()
            found.append(maps if maps.shape[1:] == grid else regrid(maps, *grid, self._margin))
        return found

    def _logits(self, images: Sequence[RgbImage], size: tuple[int, int], flip: bool) -> Tensor:
        """Logits [B 1+K h w] on the device, of images resized to `size`; windows that overlap are averaged."""
        rows, columns = self._grid(size)
        most = max(1, self._cells(self.viewing.window))
        places = list(windows(rows, columns, most))
        if len(places) == 1:
            return torch.cat(list(self._seen(images, size, *places[0], flip)))
        total: Tensor | None = None
        weights = torch.zeros(rows, columns, device=self.device)
        for down, across in places:
            weight = torch.from_numpy(tent(down.stop - down.start, across.stop - across.start)).to(self.device)
            found = torch.cat(list(self._seen(images, size, down, across, flip)))
            if total is None:
                total = found.new_zeros(*found.shape[:2], rows, columns)
            total[..., down, across] += found.mul_(weight)
            weights[down, across] += weight
        assert total is not None, "there is a window"
        return total.div_(weights)

    def _seen(
        self, images: Sequence[RgbImage], size: tuple[int, int], down: slice, across: slice, flip: bool
    ) -> Iterator[Tensor]:
        """Logits of a window, of as many images at a time as have the pixels of the largest window."""
        rows, columns = self._pixels(down), self._pixels(across)
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        together = max(1, self.viewing.window**2 // area)
        for start in range(0, len(images), together):
            parts = [resized_part(image, size, rows, columns) for image in images[start : start + together]]
            batch = torch.from_numpy(np.stack(parts)).permute(0, 3, 1, 2).to(self.device)
            with in_precision(self.viewing.precision, self.device):
                logits = self.network(batch.flip(-1) if flip else batch).float()
            yield logits.flip(-1) if flip else logits

    def _size(self, image: RgbImage, scale: float) -> tuple[int, int]:
        height, width = image.shape[:2]
        side = self.viewing.input_size
        scale *= 1.0 if side == "original" else input_scale(height, width, side)
        stride, first_cell = self._backbone.stride, self._backbone.first_cell
        return input_size(height * scale, stride, first_cell), input_size(width * scale, stride, first_cell)

    def _grid(self, size: tuple[int, int]) -> tuple[int, int]:
        stride = self._backbone.stride
        return -(-size[0] // stride), -(-size[1] // stride)

    def _cells(self, pixels: int) -> int:
        """The cells of the longest side within `pixels` that ends where a cell does."""
        return int((pixels - 1 - 2 * self._backbone.first_cell) // self._backbone.stride) + 1

    def _pixels(self, cells: slice) -> slice:
        """The pixels that a window of cells is seen through."""
        stride, first_cell = self._backbone.stride, self._backbone.first_cell
        return slice(cells.start * stride, (cells.stop - 1) * stride + 1 + int(2 * first_cell))
