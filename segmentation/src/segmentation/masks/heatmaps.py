"""Images through the localization network: heatmaps of the labels that each image has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.localization.network import LabelLocalizer
from segmentation.masks.affinity import propagate
from segmentation.masks.maps import FloatMap, Heatmaps
from segmentation.masks.options import MaskOptions
from segmentation.masks.upscale import input_size, regrid


@dataclass(frozen=True, slots=True)
class HeatmapExtractor:
    """A trained network, and at which sizes it looks at images."""

    network: LabelLocalizer
    """On `device`, in evaluation mode."""
    device: torch.device
    options: MaskOptions
    """Resolved for the network."""

    def base_size(self, image: RgbImage) -> tuple[int, int]:
        """Height and width of the network's input at scale 1; images of one size can share a batch."""
        return self._scaled(image.shape[0], image.shape[1], 1.0)

    @torch.inference_mode()
    def heatmaps(self, images: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[Heatmaps]:
        """Heatmaps (h, w) of each image, for its own classes and compounds.

        All images must have the same `base_size`. Over scales and mirror images the heatmaps are averaged before
        they are normalised, at the resolution of scale 1.
        """
        height, width = images[0].shape[:2]
        total: list[list[FloatMap]] = []
        for scale in self.options.scales:
            batch = self._batch(images, *self._scaled(height, width, scale))
            for mirrored in (False, True) if self.options.flip else (False,):
                maps = self._maps(batch.flip(-1) if mirrored else batch, targets)
                total.append([image_maps[..., ::-1] if mirrored else image_maps for image_maps in maps])
        cells = self._cells(height, width)
        backbone = self.network.backbone
        margin = backbone.first_cell / backbone.stride
        return [
            _by_label(np.mean([_at(maps, cells, margin) for maps in of_image], axis=0), image_targets, margin)
            for of_image, image_targets in zip(zip(*total, strict=True), targets, strict=True)
        ]

    def _maps(self, batch: Tensor, targets: Sequence[ImageTargets]) -> Iterator[FloatMap]:
        """Per image its class heatmaps and then its compound heatmaps, (n, h, w)."""
        features = self.network(batch.to(self.device))
        for index, image_targets in enumerate(targets):
            maps = self.network.class_heatmaps(features.cls[index, None], image_targets.classes)
            pairs = _pairs(image_targets)
            if pairs and features.comp is not None and self.options.compounds:
                compounds = self.network.compound_heatmaps(features.comp[index, None], pairs)
                maps = torch.cat([maps, compounds], dim=1)
            carried = propagate(maps[0].float(), features.surfaces[index], self.options.propagation or 0)
            yield carried.cpu().numpy()

    def _scaled(self, height: int, width: int, scale: float) -> tuple[int, int]:
        side = self.options.input_size
        if isinstance(side, int):
            height = width = side
        stride, first_cell = self.network.backbone.stride, self.network.backbone.first_cell
        return input_size(height * scale, stride, first_cell), input_size(width * scale, stride, first_cell)

    def _cells(self, height: int, width: int) -> tuple[int, int]:
        rows, columns = self._scaled(height, width, 1.0)
        stride = self.network.backbone.stride
        return -(-rows // stride), -(-columns // stride)

    @staticmethod
    def _batch(images: Sequence[RgbImage], height: int, width: int) -> Tensor:
        """Images resized to [B 3 height width], RGB from 0 to 255, as in training: bilinear, with antialiasing."""
        resized = [
            np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)) for image in images
        ]
        return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2)


def _pairs(targets: ImageTargets) -> list[tuple[int, int]]:
    return [(class_id, attribute) for class_id, found in targets.attributes.items() for attribute in found]


def _at(maps: FloatMap, cells: tuple[int, int], margin: float) -> FloatMap:
    """Maps (n, h, w) at another number of cells."""
    return maps if maps.shape[-2:] == cells else regrid(maps, *cells, margin)


def _by_label(maps: FloatMap, targets: ImageTargets, margin: float) -> Heatmaps:
    arrays = list(maps)
    n_classes = len(targets.classes)
    pairs = _pairs(targets)[: len(arrays) - n_classes]
    return Heatmaps(
        dict(zip(targets.classes, arrays[:n_classes], strict=True)),
        dict(zip(pairs, arrays[n_classes:], strict=True)),
        margin,
    )
