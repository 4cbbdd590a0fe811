"""Images through the segmentation network: how likely every cell shows each of the classes that compete."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segmentation.data.images import RgbImage
from segmentation.data.targets import ImageTargets
from segmentation.scores.contract import FloatMap, Heatmaps, ImageScores, Sizes
from segmentation.scores.views import ImageViews
from segmentation.segmenter.network import SegmentationNetwork


@dataclass(frozen=True, slots=True)
class SegmenterScores:
    """A trained network, and how it looks at images: a `ScoreSource` for images with their labels.

    The foreground classes of an image's labels compete with the background and with nothing else.
    """

    network: SegmentationNetwork
    """On `device`, in evaluation mode."""
    device: torch.device
    views: ImageViews

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.views.sizes(image)

    @torch.inference_mode()
    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        """Probabilities (h, w) of the background and of the classes of each image, averaged over views."""
        seen: list[list[FloatMap]] = [[] for _ in images]
        for view in self.views.of(images):
            logits = self.network(view.images.to(self.device))
            for maps, of_image, request in zip(seen, logits, requests, strict=True):
                competing = class_probabilities(of_image, request)
                maps.append(view.upright(competing.float().cpu().numpy()))
        return [
            self._scores(self.views.averaged(maps, images[0]), request)
            for maps, request in zip(seen, requests, strict=True)
        ]

    def _scores(self, maps: FloatMap, request: ImageTargets) -> ImageScores:
        background, *classes = maps
        by_id = dict(zip(request.foreground, classes, strict=True))
        return ImageScores(Heatmaps(by_id, {}, self.views.margin, background), cells=None)


_CERTAIN = 5.0
"""Logit of a class over the background's where there is no doubt, .993 to .007: with 4.2 to 6.6, as good."""


def with_presence(logits: Tensor, present: Sequence[bool], presence: float) -> Tensor:
    """Logits [1+F h w] that know which of the F classes are there; not in the papers.

    A network that never learned of an image is seldom sure of it, and of some classes less than of others. Where
    somebody says that a class is there, `presence` in [0, 1] of what its surest cell lacks to certainty (or has
    beyond it) is added to its logits, in all cells alike. Channel 0 is the background; nothing moves with 0.
    """
    lead = (logits[1:] - logits[:1]).flatten(1).amax(dim=1)
    known = torch.tensor(present, dtype=torch.bool, device=logits.device)
    shift = torch.where(known, presence * (_CERTAIN - lead), 0.0)
    return torch.cat([logits[:1], logits[1:] + shift[:, None, None]])


def class_probabilities(logits: Tensor, request: ImageTargets, presence: float = 0.0) -> Tensor:
    """Of logits [1+K h w], those of the background and of F foreground classes as probabilities [1+F h w].

    `presence`: how far the classes that the image's record names are believed to be there (`with_presence`).
    """
    competing = logits[[0, *request.foreground]]
    if presence and request.evidence:
        known = [class_id in request.evidence for class_id in request.foreground]
        competing = with_presence(competing, known, presence)
    return competing.softmax(dim=0)
