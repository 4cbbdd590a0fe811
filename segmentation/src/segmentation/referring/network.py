"""TSEG: patches of an image and texts in one space, where they are compared."""

import math

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone
from segmentation.referring.config import ReferringOptions
from segmentation.referring.knowledge.cache import KnownTexts
from segmentation.referring.pooling import cosines
from segmentation.referring.text_encoder import LanguageModel
from segmentation.scores.precision import unrounded


class ReferringNetwork(nn.Module):
    """Two encoders, a linear projection of either, and what cosines are multiplied by.

    `text_encoder` is None where texts come as vectors of `text_channels` values: it is not trained then.
    """

    def __init__(
        self,
        backbone: Backbone,
        text_channels: int,
        options: ReferringOptions,
        text_encoder: LanguageModel | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.options = options
        self.text_encoder = text_encoder
        self.project_image = nn.Conv2d(backbone.channels, options.dimension, kernel_size=1)
        self.known = KnownTexts(text_channels, backbone.channels) if options.recalls else None
        recalled = 0 if self.known is None else backbone.channels
        self.project_text = nn.Linear(text_channels + recalled, options.dimension)
        self.log_scale = nn.Parameter(torch.tensor(math.log(options.scale)))
        self.offset = None if options.offset is None else nn.Parameter(torch.tensor(options.offset))

    @property
    def scale(self) -> Tensor:
        """1 / τ, never above the greatest."""
        return self.log_scale.exp().clamp(max=self.options.greatest_scale)

    def forward(self, images: Tensor, texts: Tensor) -> Tensor:
        """Similarities S (Eq. 1), `[B L h w]`, of images `[B 3 H W]`, RGB, 0–255, or their cells, and
        `texts`: see `embedded`."""
        return self.similarities(self.patches(images), self.embedded(texts))

    def patches(self, images: Tensor) -> Tensor:
        """Shape: images [B 3 H W], RGB, 0–255, of any numeric type → [B D h w]."""
        projected: Tensor = self.project_image(self.backbone(images))
        return projected

    def embedded(self, texts: Tensor) -> Tensor:
        """Vectors [L T], or ids of tokens [L M] where the text encoder is trained → [L D]."""
        return self.directions(texts if self.text_encoder is None else self.text_encoder(texts))

    def directions(self, vectors: Tensor) -> Tensor:
        """Vectors of texts [L T] → [L D]."""
        if self.known is not None:
            vectors = torch.cat([vectors, self.known(vectors)], dim=1)
        projected: Tensor = self.project_text(vectors)
        return projected

    def similarities(self, patches: Tensor, texts: Tensor) -> Tensor:
        """Of patches [B D h w] and texts [L D] → [B L h w]."""
        with unrounded(patches):
            maps = self.scale * cosines(patches.float(), texts.float())
        return maps if self.offset is None else maps + self.offset

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with an encoder."""
        encoders = {id(value) for value in self.backbone.parameters()}
        encoders |= {id(value) for value in self.text_encoder.parameters()} if self.text_encoder else set()
        return [value for value in self.parameters() if id(value) not in encoders]
