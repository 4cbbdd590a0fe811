"""The triplet loss of visual-semantic embeddings, with hard negatives (Faghri et al. 2018; DSVE, Eq. 5 and 6)."""

import torch
from torch import Tensor

from segmentation.grounding.config import TripletOptions
from segmentation.scores.precision import unrounded


def triplet_loss(images: Tensor, texts: Tensor, foreign: Tensor, options: TripletOptions) -> Tensor:
    """The mean over pairs of max(0, margin - s + s⁻), for a foreign text and for a foreign image.

    `images` and `texts` `[B D]`, of length 1, are pairs by row; `foreign` `[B B]`, bool, says which text (column)
    may stand against an image (row): not its own, nor one that reads the same. s is the cosine of a pair, s⁻ that
    of its nearest foreign text or image, or each of all in turn. A pair without any adds nothing.
    """
    with unrounded(images):
        cosines = images.float() @ texts.float().T
    own = cosines.diagonal()
    # Of an image against other texts, by row, and of a text against other images.
    excess = [
        (options.margin - own[:, None] + side).clamp(min=0) * allowed
        for side, allowed in ((cosines, foreign), (cosines.T, foreign.T))
    ]
    if options.negatives == "hardest":
        return torch.stack([of.max(dim=1).values for of in excess]).sum(dim=0).mean()
    counts = [allowed.sum(dim=1).clamp(min=1) for allowed in (foreign, foreign.T)]
    return torch.stack([of.sum(dim=1) / count for of, count in zip(excess, counts, strict=True)]).sum(dim=0).mean()
