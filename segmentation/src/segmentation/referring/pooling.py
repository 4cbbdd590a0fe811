"""From similarities of patches and texts to masks and to the score of each text (Strudel et al. 2022, Eq. 1–8).

Axis letters: L expressions, D channels of the space that patches and texts share, h w patches.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.referring.config import ScorePoolingOptions
from segmentation.scores.pooling import competing_shares, independent_shares, size_penalty, weighted_pooling


class Pooled(NamedTuple):
    """What similarities amount to."""

    scores: Tensor
    """z, `[B L]` logits: above 0, the image shows what the expression says (Eq. 8; GAP and GMP: Eq. 2 and 3)."""
    shares: Tensor
    """M, `[B L h w]` in (0, 1): Eq. 5 for SPA, else Eq. 6."""


def cosines(patches: Tensor, texts: Tensor) -> Tensor:
    """Eq. 1 before its temperature: `[B L h w]` in [-1, 1], of patches `[B D h w]` and texts `[L D]`.

    Products come first and lengths after, so that no patch is copied; a patch of length 0 is like nothing.
    """
    products = torch.einsum("ld,bdhw->blhw", functional.normalize(texts, dim=1), patches)
    lengths: Tensor = torch.linalg.vector_norm(patches, dim=1, keepdim=True)
    # A backbone gives cells of plain black or white no feature at all: they have no direction to learn, either.
    return products / lengths.masked_fill(lengths == 0, torch.inf)


def pooled(maps: Tensor, options: ScorePoolingOptions) -> Pooled:
    """Scores and masks of similarities `[B L h w]`, after their temperature."""
    background = options.background_logit
    shares = (competing_shares if options.competing else independent_shares)(maps, background)
    if options.kind == "gap":
        return Pooled(maps.mean(dim=(-2, -1)), shares)
    if options.kind == "gmp":
        return Pooled(maps.amax(dim=(-2, -1)), shares)
    penalty = size_penalty(shares, options.penalty_power, options.penalty_floor)
    return Pooled(weighted_pooling(maps, shares, options.added_weight) + penalty, shares)
