"""How an image is shown to a network: resized, at several scales, mirrored; and its maps averaged again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from segmentation.data.images import RgbImage
from segmentation.scores.contract import FloatMap, Sizes, Viewing
from segmentation.scores.grid import input_size, regrid
from segmentation.scores.windows import input_scale


class View(NamedTuple):
    """Images as a network sees them at one scale."""

    images: Tensor
    """[B 3 H W], RGB from 0 to 255."""
    mirrored: bool

    def upright(self, maps: FloatMap) -> FloatMap:
        """Maps (…, h, w) of this view, mirrored back."""
        return maps[..., ::-1] if self.mirrored else maps


@dataclass(frozen=True, slots=True)
class ImageViews:
    """The views that `viewing` asks for, on the cells of a backbone."""

    viewing: Viewing
    stride: int
    first_cell: float
    shorter: bool = False
    """Whether `input_size` is the shorter side of images, which keep their proportions, not that of a square."""

    @property
    def margin(self) -> float:
        """As that of heatmaps: see `scores.grid`."""
        return self.first_cell / self.stride

    def size(self, image: RgbImage, scale: float = 1.0) -> tuple[int, int]:
        """Height and width of the network's input at a scale."""
        height, width = image.shape[:2]
        side = self.viewing.input_size
        if side != "original" and self.shorter:
            scale *= input_scale(height, width, side)
        elif side != "original":
            height = width = side
        rows, columns = (input_size(length * scale, self.stride, self.first_cell) for length in (height, width))
        return rows, columns

    def sizes(self, image: RgbImage) -> Sizes:
        """As of a source of scores. Two images that are alike at scale 1 need not be so at others."""
        return tuple(self.size(image, scale) for scale in (1.0, *self.viewing.scales))

    def of(self, images: Sequence[RgbImage]) -> Iterator[View]:
        """All views of images of the same `sizes`, at each scale the upright one first."""
        for scale in self.viewing.scales:
            batch = _resized(images, *self.size(images[0], scale))
            yield View(batch, mirrored=False)
            if self.viewing.flip:
                yield View(batch.flip(-1), mirrored=True)

    def averaged(self, maps: Sequence[FloatMap], image: RgbImage) -> FloatMap:
        """The mean of maps (n, h, w) of an image in several views, at the cells of scale 1."""
        cells = self.cells(image)
        mean: FloatMap = np.mean([self.on(of, cells) for of in maps], axis=0)
        return mean

    def cells(self, image: RgbImage, scale: float = 1.0) -> tuple[int, int]:
        """Rows and columns of cells at a scale."""
        height, width = self.size(image, scale)
        return -(-height // self.stride), -(-width // self.stride)

    def on(self, maps: FloatMap, cells: tuple[int, int]) -> FloatMap:
        """Maps (n, h, w) on so many rows and columns of cells."""
        return maps if maps.shape[-2:] == cells else regrid(maps, *cells, self.margin)

    def tensor_on(self, maps: Tensor, image: RgbImage) -> Tensor:
        """Maps (n, h, w) of an image at the cells of scale 1, on their device; copied where they are others."""
        cells = self.cells(image)
        if maps.shape[-2:] == cells:
            return maps
        return torch.from_numpy(self.on(maps.cpu().numpy(), cells)).to(maps.device)


def _resized(images: Sequence[RgbImage], height: int, width: int) -> Tensor:
    """Images as [B 3 height width], as in training: bilinear, with antialiasing."""
    resized = [
        np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)) for image in images
    ]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2)
