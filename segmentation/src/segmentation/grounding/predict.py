"""Images through a grounding model: heatmaps of class names, and of the phrases that captions have for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segmentation.backbones.devices import in_precision
from segmentation.data.images import RgbImage
from segmentation.data.phrases import expression_text
from segmentation.data.targets import ImageTargets
from segmentation.grounding.network import GroundingNetwork
from segmentation.grounding.words import padded
from segmentation.scores.affinity import propagate
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes, Viewing
from segmentation.scores.views import ImageViews


@dataclass(frozen=True, slots=True)
class GroundingScores:
    """A trained network as a `ScoreSource` for images with their labels and phrases.

    A class is asked by its name. Phrases stand as compounds of the class that they refer to, (class id, number of
    the phrase), so that Eq. 9 adds their maps to it (Vilar & Perez, Section V-E).
    """

    network: GroundingNetwork
    """On `device`, in evaluation mode."""
    device: torch.device
    viewing: Viewing
    names: Sequence[str]
    """Of all classes, that of id 1 first."""

    @property
    def views(self) -> ImageViews:
        """What the network sees of images."""
        backbone = self.network.backbone
        return ImageViews(self.viewing, backbone.stride, backbone.first_cell)

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.views.sizes(image)

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Heatmaps (h, w) of each image, for its own classes and their phrases, averaged over views."""
        views = self.views
        asked = [self._asked(request) for request in requests]
        vectors = [self._vectors(list(texts.values())) for texts in asked]
        seen: list[list[FloatMap]] = [[] for _ in images]
        for view in views.of(images):
            with in_precision(self.viewing.precision, self.device):
                cells = self.network.backbone.cells(view.images.to(self.device)).float()
            for index, maps in enumerate(seen):
                found = self.network.heatmaps(cells.features[index], vectors[index]).float()
                carried = propagate(found, cells.mid_features[index], self.viewing.propagation)
                maps.append(view.upright(carried.cpu().numpy()))
        return [
            ImageScores(self._heatmaps(list(texts), views.averaged(maps, images[0])), cells=None)
            for texts, maps in zip(asked, seen, strict=True)
        ]

    def _asked(self, request: ImageTargets) -> dict[tuple[int, int | None], str]:
        """Texts by the class that they stand for, and by the number of the phrase, None for its name."""
        texts: dict[tuple[int, int | None], str] = {
            (number, None): expression_text(self.names[number - 1]) for number in request.classes
        }
        names = {number: text for (number, _), text in texts.items()}
        for place, (text, label) in enumerate(request.phrases if self.viewing.compounds else ()):
            if label in names and text != names[label]:
                texts[label, place] = text
        return texts

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        if not texts:
            return torch.zeros(0, self.network.options.dimension, device=self.device)
        return self.network.embed(padded([self.network.words.token_ids(text) for text in texts]).to(self.device))

    def _heatmaps(self, asked: Sequence[tuple[int, int | None]], maps: FloatMap) -> Heatmaps:
        by_text: dict[tuple[int, int | None], FloatMap] = dict(zip(asked, np.asarray(maps), strict=True))
        return Heatmaps(
            {number: heatmap for (number, place), heatmap in by_text.items() if place is None},
            {(number, place): heatmap for (number, place), heatmap in by_text.items() if place is not None},
            self.views.margin,
        )
