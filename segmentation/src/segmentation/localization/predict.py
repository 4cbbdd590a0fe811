"""Images through the localization network: heatmaps of the labels that each image has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segmentation.backbones.contract import Cells
from segmentation.backbones.devices import in_precision
from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.localization.network import FeatureMaps, LabelLocalizer
from segmentation.scores.affinity import propagate
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes, Viewing
from segmentation.scores.views import ImageViews


@dataclass(frozen=True, slots=True)
class HeatmapExtractor:
    """A trained network, and how it looks at images: a `ScoreSource` for images with their labels."""

    network: LabelLocalizer
    """On `device`, in evaluation mode."""
    device: torch.device
    viewing: Viewing

    @property
    def views(self) -> ImageViews:
        """What the network sees of images."""
        return ImageViews(self.viewing, self.network.backbone.stride, self.network.backbone.first_cell)

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.views.sizes(image)

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Heatmaps (h, w) of each image, for its own classes and compounds, and its cells.

        All images must have the same `sizes`. Over scales and mirror images the heatmaps are averaged before
        they are normalised, at the resolution of scale 1. The cells are those of the first scale, at the same
        resolution.
        """
        views = self.views
        total: list[list[FloatMap]] = []
        cells: Cells | None = None
        for view in views.of(images):
            features = self._seen(view.images)
            cells = cells or features.cells
            total.append([view.upright(maps) for maps in self._maps(features, requests)])
        found = []
        for index, of_image in enumerate(zip(*total, strict=True)):
            averaged = views.averaged(of_image, images[0])
            of_cells = Cells(*(views.tensor_on(of[index], images[0]) for of in cells)) if cells else None
            found.append(ImageScores(_by_label(averaged, requests[index], views.margin), of_cells))
        return found

    @torch.inference_mode()
    def class_scores(self, images: Sequence[RgbImage]) -> FloatMap:
        """Logits (B, K) of all classes (Eq. 4), at the first scale; all images must have the same `sizes`."""
        view = next(self.views.of(images))
        return self.network.class_scores(self._seen(view.images).cls).cpu().numpy()

    def _seen(self, images: Tensor) -> FeatureMaps:
        """What the network makes of images `[B 3 H W]`, in 32 bits whatever it computes in."""
        with in_precision(self.viewing.precision, self.device):
            cls, comp, cells = self.network(images.to(self.device))
        return FeatureMaps(cls.float(), None if comp is None else comp.float(), cells.float())

    def _maps(self, features: FeatureMaps, targets: Sequence[ImageTargets]) -> Iterator[FloatMap]:
        """Per image its class heatmaps and then its compound heatmaps, (n, h, w)."""
        for index, image_targets in enumerate(targets):
            maps = self.network.class_heatmaps(features.cls[index, None], image_targets.classes)
            pairs = _pairs(image_targets)
            if pairs and features.comp is not None and self.viewing.compounds:
                compounds = self.network.compound_heatmaps(features.comp[index, None], pairs)
                maps = torch.cat([maps, compounds], dim=1)
            mid_features = features.cells.mid_features[index]
            yield propagate(maps[0], mid_features, self.viewing.propagation).cpu().numpy()


def _pairs(targets: ImageTargets) -> list[tuple[int, int]]:
    return [(class_id, attribute) for class_id, found in targets.attributes.items() for attribute in found]


def _by_label(maps: FloatMap, targets: ImageTargets, margin: float) -> Heatmaps:
    arrays = list(maps)
    n_classes = len(targets.classes)
    pairs = _pairs(targets)[: len(arrays) - n_classes]
    return Heatmaps(
        dict(zip(targets.classes, arrays[:n_classes], strict=True)),
        dict(zip(pairs, arrays[n_classes:], strict=True)),
        margin,
    )
