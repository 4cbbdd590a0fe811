"""DSVE: images and texts as vectors of one space, and heatmaps of texts (Engilberge et al. 2018).

Axis letters: L texts, M words, D channels of the common space.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from segmentation.backbones.contract import Backbone
from segmentation.grounding.config import GroundingOptions
from segmentation.grounding.recurrent import RecurrentEncoder
from segmentation.grounding.words import WordTable
from segmentation.localization.network import weldon_pooling


class GroundingNetwork(nn.Module):
    """A backbone, cells projected into the common space, and an encoder of texts."""

    def __init__(self, backbone: Backbone, words: WordTable, options: GroundingOptions) -> None:
        super().__init__()
        self.backbone = backbone
        self.options = options
        self.project = nn.Conv2d(backbone.channels, options.dimension, kernel_size=1)
        self.affine = nn.Linear(options.dimension, options.dimension)
        self.text_encoder = RecurrentEncoder(len(words), options.dimension, options.text)
        self.dropout = nn.Dropout(options.dropout)
        self.words = words
        # Beside the weights, so that one file says what the rows of the embedding are.
        self.register_buffer("vocabulary", words.tensor())

    def forward(self, images: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        """Shape: images [B, 3, H, W] and texts [L, M] → vectors [B, D] and [L, D], of length 1."""
        pooled = weldon_pooling(self.project(self.backbone(images)), self.options.pooling)
        return self._unit(self.affine(pooled)), self.embed(texts)

    def embed(self, texts: Tensor) -> Tensor:
        """Shape: [L, M] → [L, D], of length 1."""
        return self._unit(self.text_encoder(texts))

    def heatmaps(self, features: Tensor, vectors: Tensor) -> Tensor:
        """Shape: cells [channels, h, w] of the backbone and vectors [L, D] of texts → [L, h, w].

        Each cell goes through what a pooled image goes through, but for the bias at the end, which says nothing of
        places, and is multiplied with the largest channels of a text's vector, of those that are positive. All of
        that is linear, and there are fewer texts than cells: they go through it, the other way round.
        """
        top = vectors.topk(min(self.options.top, vectors.shape[1]), dim=1)
        weights = torch.zeros_like(vectors).scatter(1, top.indices, top.values.clamp(min=0))
        projected = weights @ self.affine.weight
        rows = projected @ self.project.weight[:, :, 0, 0]
        assert self.project.bias is not None, "it is made with one"
        offsets = projected @ self.project.bias
        return torch.einsum("lc,chw->lhw", rows, features) + offsets[:, None, None]

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with the backbone."""
        return [value for name, value in self.named_parameters() if not name.startswith("backbone.")]

    def _unit(self, vectors: Tensor) -> Tensor:
        return functional.normalize(self.dropout(vectors), dim=1)
