"""A cache of keys and values: what a linear map leaves out of known texts, for texts like them. Not in the paper.

A regression from vectors of a few hundred values to the rows of a thousand classes gets the gist of a word. What
it misses of each known text is kept, and a new text is given it by how much it is like them: 'giraffe' what the
map misses of giraffes, 'two giraffes' most of that, and 'the wedding' nothing.

Axis letters: L texts, K known ones, T channels of texts, C channels of images.
"""

from typing import Any

import torch
from torch import Tensor, nn

from segmentation.scores.precision import unrounded

_SHARPNESS = 30.0
"""What cosines are multiplied by before the softmax over known texts. Chosen, with `_NOTHING`, on the names of
classes in 144 images of COCO, before any training: macro IoU .126 without, .175 with; 60 and .8 give .176, and
take from what is said of attributes."""
_NOTHING = 0.7
"""The cosine of a known text that means nothing: texts that are like no other are given little."""


class KnownTexts(nn.Module):
    """Vectors of known texts, and what is recalled with each; empty until it is filled or loaded."""

    keys: Tensor
    """[K T], of length 1."""
    values: Tensor
    """[K C]"""

    def __init__(self, text_channels: int, image_channels: int) -> None:
        super().__init__()
        self.fill(torch.zeros(0, text_channels), torch.zeros(0, image_channels))

    def fill(self, keys: Tensor, values: Tensor) -> None:
        """Keep these, in half precision. Raises ValueError where there are not as many of both."""
        if len(keys) != len(values):
            raise ValueError(f"got {len(keys)} keys and {len(values)} values, expected as many")
        self.register_buffer("keys", keys.half())
        self.register_buffer("values", values.half())

    def forward(self, texts: Tensor) -> Tensor:
        """What is recalled with vectors of texts: [L T] → [L C]."""
        with unrounded(texts):
            alike = texts.float() @ self.keys.float().T
            nothing = alike.new_full((len(texts), 1), _NOTHING)
            weights = (_SHARPNESS * torch.cat([alike, nothing], dim=1)).softmax(dim=1)[:, :-1]
            return weights @ self.values.float()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        # How many texts were known is up to the version that trained the network.
        for name in ("keys", "values"):
            if (found := state_dict.get(prefix + name)) is not None:
                setattr(self, name, getattr(self, name).new_empty(found.shape))
        super()._load_from_state_dict(state_dict, prefix, *others)
