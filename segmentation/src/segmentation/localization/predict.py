"""Images through the localization network: heatmaps of the labels that each image has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from segmentation.backbones.contract import Cells
from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.localization.network import FeatureMaps, LabelLocalizer
from segmentation.scores.affinity import propagate
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Viewing
from segmentation.scores.graph import diffuse
from segmentation.scores.grid import input_size, regrid


@dataclass(frozen=True, slots=True)
class HeatmapExtractor:
    """A trained network, and how it looks at images: a `ScoreSource` for images with their labels."""

    network: LabelLocalizer
    """On `device`, in evaluation mode."""
    device: torch.device
    viewing: Viewing

    def base_size(self, image: RgbImage) -> tuple[int, int]:
        """Height and width of the network's input at scale 1; images of one size can share a batch."""
        return self._scaled(image.shape[0], image.shape[1], 1.0)

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Heatmaps (h, w) of each image, for its own classes and compounds, and its cells.

        All images must have the same `base_size`. Over scales and mirror images the heatmaps are averaged before
        they are normalised, at the resolution of scale 1. The cells are those of the first scale, at the same
        resolution.
        """
        height, width = images[0].shape[:2]
        total: list[list[FloatMap]] = []
        cells: list[Cells] = []
        for scale in self.viewing.scales:
            batch = self._batch(images, *self._scaled(height, width, scale)).to(self.device)
            for mirrored in (False, True) if self.viewing.flip else (False,):
                features = self.network(batch.flip(-1) if mirrored else batch)
                cells = cells or [features.cells]
                maps = self._maps(features, requests)
                total.append([image_maps[..., ::-1] if mirrored else image_maps for image_maps in maps])
        grid = self._cells(height, width)
        backbone = self.network.backbone
        margin = backbone.first_cell / backbone.stride
        found = []
        for index, of_image in enumerate(zip(*total, strict=True)):
            averaged = np.mean([_at(maps, grid, margin) for maps in of_image], axis=0)
            of_cells = Cells(*(_tensor_at(of[index], grid, margin) for of in cells[0]))
            found.append(ImageScores(_by_label(averaged, requests[index], margin), of_cells))
        return found

    @torch.inference_mode()
    def class_scores(self, images: Sequence[RgbImage]) -> FloatMap:
        """Logits (B, K) of all classes (Eq. 4), at the first scale; all images must have the same `base_size`."""
        height, width = images[0].shape[:2]
        batch = self._batch(images, *self._scaled(height, width, self.viewing.scales[0])).to(self.device)
        return self.network.class_scores(self.network(batch).cls).float().cpu().numpy()

    def _maps(self, features: FeatureMaps, targets: Sequence[ImageTargets]) -> Iterator[FloatMap]:
        """Per image its class heatmaps and then its compound heatmaps, (n, h, w)."""
        for index, image_targets in enumerate(targets):
            maps = self.network.class_heatmaps(features.cls[index, None], image_targets.classes)
            pairs = _pairs(image_targets)
            if pairs and features.comp is not None and self.viewing.compounds:
                compounds = self.network.compound_heatmaps(features.comp[index, None], pairs)
                maps = torch.cat([maps, compounds], dim=1)
            mid_features = features.cells.mid_features[index]
            yield self._carried(maps[0].float(), mid_features).cpu().numpy()

    def _carried(self, maps: Tensor, mid_features: Tensor) -> Tensor:
        how_far = self.viewing.propagation
        return diffuse(maps, mid_features) if how_far == "graph" else propagate(maps, mid_features, how_far)

    def _scaled(self, height: int, width: int, scale: float) -> tuple[int, int]:
        side = self.viewing.input_size
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


def _tensor_at(maps: Tensor, cells: tuple[int, int], margin: float) -> Tensor:
    """As `_at`; what has that number already stays on its device."""
    return maps if maps.shape[-2:] == cells else torch.from_numpy(regrid(maps.cpu().numpy(), *cells, margin))


def _by_label(maps: FloatMap, targets: ImageTargets, margin: float) -> Heatmaps:
    arrays = list(maps)
    n_classes = len(targets.classes)
    pairs = _pairs(targets)[: len(arrays) - n_classes]
    return Heatmaps(
        dict(zip(targets.classes, arrays[:n_classes], strict=True)),
        dict(zip(pairs, arrays[n_classes:], strict=True)),
        margin,
    )
