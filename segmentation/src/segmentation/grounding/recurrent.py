"""Texts as vectors: words → vectors → a recurrent network, of GRUs or of DSVE's SRUs.

Axis letters: L texts, M words, D channels.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from segmentation.grounding.config import TextOptions
from segmentation.grounding.words import PADDING


class RecurrentEncoder(nn.Module):
    """A recurrent network over vectors of words, whose last output stands for the text."""

    def __init__(self, n_words: int, channels: int, options: TextOptions) -> None:
        super().__init__()
        self.words = nn.Embedding(n_words, options.word_channels, padding_idx=PADDING)
        self.reader: nn.Module = (
            SimpleRecurrentUnits(options.word_channels, channels, options.layers)
            if options.cell == "sru"
            else nn.GRU(options.word_channels, channels, options.layers, batch_first=True)
        )

    def forward(self, texts: Tensor) -> Tensor:
        """Shape: token ids [L M], `PADDING` behind → [L D]."""
        lengths = (texts != PADDING).sum(dim=1)
        if isinstance(self.reader, SimpleRecurrentUnits):
            outputs: Tensor = self.reader(self.words(texts))
            return outputs[torch.arange(len(texts), device=texts.device), lengths - 1]
        packed = pack_padded_sequence(self.words(texts), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, last = self.reader(packed)
        state: Tensor = last[-1]
        return state


class SimpleRecurrentUnits(nn.Module):
    """Layers of SRUs (Lei et al. 2018) whose gates see the input alone, as in their first version and in DSVE.

    An output says nothing of what stands behind it, so that texts may be filled up.
    """

    def __init__(self, in_channels: int, channels: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(SimpleRecurrentLayer(channels if number else in_channels, channels) for number in range(layers))
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape: [L M in_channels] → [L M D]."""
        outputs: Tensor = self.layers(inputs)
        return outputs


class SimpleRecurrentLayer(nn.Module):
    """f = σ(W_f x + b_f), r = σ(W_r x + b_r), c_t = f c_{t-1} + (1 - f) W x, h = r tanh(c) + (1 - r) x.

    Only c depends on the word before. Where x has other channels than h, W_x x stands for it.
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        parts = 3 if in_channels == channels else 4
        self.project = nn.Linear(in_channels, parts * channels, bias=False)
        self.bias = nn.Parameter(torch.zeros(2, channels))
        """Of f and r."""
        # W x has the variance of x, as its authors start.
        bound = (3 / in_channels) ** 0.5
        nn.init.uniform_(self.project.weight, -bound, bound)

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape: [L M in_channels] → [L M D]."""
        candidate, forget, reset, *skipped = self.project(inputs).split(self.channels, dim=-1)
        forget, reset = (forget + self.bias[0]).sigmoid(), (reset + self.bias[1]).sigmoid()
        skip = skipped[0] if skipped else inputs
        added = (1 - forget) * candidate
        state = torch.zeros_like(added[:, 0])
        states = []
        for word in range(inputs.shape[1]):
            state = forget[:, word] * state + added[:, word]
            states.append(state)
        outputs: Tensor = reset * torch.stack(states, dim=1).tanh() + (1 - reset) * skip
        return outputs
