"""What else may be seen where a text is looked for: texts that compete with it for the cells of an image.

Not in the paper, whose SPA lets the expressions of an image compete (Eq. 5). A network that learned from few
images finds a little of everything everywhere; a cell of which another text says more is not of the one that is
asked.

Axis letters: N texts that are asked, M rivals.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from segmentation.referring.names import rival_table


def competing(texts: Sequence[str], rivals: Sequence[str]) -> Tensor:
    """`rival_table` as a tensor, bool `[N M]`."""
    return torch.from_numpy(rival_table(texts, rivals))


def contested_shares(logits: Tensor, rivals: Tensor, competing: Tensor, background: float) -> Tensor:
    """What each text has of a cell, `[N h w]` in (0, 1): its part of a softmax over itself and its rivals.

    Of the similarities of texts `[N h w]` and rivals `[M h w]`; `competing` `[N M]`. Where a text has no rival,
    the logit `background` is one: else all cells would be its own.
    """
    others = rivals[None].masked_fill(~competing[:, :, None, None], -torch.inf)
    last = torch.where(competing.any(dim=1), -torch.inf, background)[:, None, None, None]
    last = last.to(logits).expand_as(logits[:, None])
    against = torch.cat([others.expand(len(logits), *rivals.shape), last], dim=1).logsumexp(dim=1)
    return (logits - against).sigmoid()
