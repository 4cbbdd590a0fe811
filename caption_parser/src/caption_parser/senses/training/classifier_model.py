"""The network of the paper: an encoder and a linear classifier over groups of senses."""

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from caption_parser.senses.training.batches import Batch
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.sense_model import encode_words, encoder_groups, sense_loss


class ClassifierModel(nn.Module):
    """logits = W h + b, where h is the encoder's last layer at a word, (W, D), scaled to the length √D.

    That is about its length behind a layer normalization, with which most encoders end.
    `Batch.candidates` are indices of outputs.
    """

    def __init__(self, encoder: nn.Module, dimension: int, n_outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(dimension, n_outputs)
        self._scale = math.sqrt(dimension)

    def forward(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """Logits (W, G) of all outputs."""
        logits: Tensor = self.head(self._scale * encode_words(self.encoder, batch, bfloat16=bfloat16))
        return logits

    def loss(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """Mean over the words of -ln P(one of the right outputs), where all outputs compete."""
        logits = self(batch, bfloat16=bfloat16)
        is_gold = torch.zeros_like(logits).scatter_add_(1, batch.candidates, batch.is_gold.to(logits.dtype)) > 0
        return sense_loss(logits, is_gold)

    def optimizers(self, options: TrainingOptions) -> dict[str, torch.optim.Optimizer]:
        """AdamW for the encoder, as far as it is trained, and for the classifier."""
        head = {"params": [*self.head.parameters()], "lr": options.vector_lr, "weight_decay": 0.0}
        return {"dense": torch.optim.AdamW([*encoder_groups(self.encoder, options), head])}

    def metrics(self) -> dict[str, float]:
        """What the training log says beside the loss: nothing."""
        return {}

    def weights(self) -> npt.NDArray[np.float32]:
        """(G, D + 1): for each output the weights of a unit vector, and the bias."""
        with torch.no_grad():
            weights = torch.cat([self._scale * self.head.weight, self.head.bias.unsqueeze(1)], dim=1)
        rows: npt.NDArray[np.float32] = weights.float().numpy()
        return rows
