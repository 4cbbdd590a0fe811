"""A network of referring expressions as a source of class maps: each class is asked for by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.referring.predict import EncodedImage, ExpressionMaps, ExpressionPredictor
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes


@dataclass(frozen=True, slots=True)
class ClassNameScores:
    """A `ScoreSource` for images with their labels, of which the foreground classes are looked for."""

    predictor: ExpressionPredictor
    names: Sequence[str]
    """Of all classes, that of id 1 first."""

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.predictor.views.sizes(image)

    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Of networks with SPA and MPA, shares and that of the background; of those with GAP and GMP, heatmaps."""
        encoded = self.predictor.encode_batch(images)
        return [self._scores(image, request) for image, request in zip(encoded, requests, strict=True)]

    def _scores(self, image: EncodedImage, request: ImageTargets) -> ImageScores:
        ids = request.foreground
        maps = self.predictor.maps(image, [self.names[number - 1] for number in ids])
        relative = self.predictor.network.options.pooling.relative
        found = maps.logits if relative else maps.shares
        by_id = dict(zip(ids, found, strict=True))
        return ImageScores(
            Heatmaps(by_id, {}, maps.margin, None if relative else self._background(maps)), cells=None
        )

    def _background(self, maps: ExpressionMaps) -> FloatMap:
        """What is left of the cells (h, w) that classes share; where they do not compete, by the strongest."""
        competing = self.predictor.network.options.pooling.competing
        taken = maps.shares.sum(axis=0) if competing else maps.shares.max(axis=0, initial=0)
        background: FloatMap = np.maximum(1 - taken, 0)
        return background
