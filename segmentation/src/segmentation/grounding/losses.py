"""The triplet loss of visual-semantic embeddings, with hard negatives (Faghri et al. 2018; DSVE, Eq. 5 and 6)."""

import torch
from torch import Tensor

from segmentation.grounding.config import TripletOptions
from segmentation.scores.precision import unrounded


def pair_cosines(images: Tensor, texts: Tensor) -> Tensor:
    """`[B B]`: of each image (row) and each text (column), vectors `[B D]` of length 1, in 32 bits."""
    with unrounded(images):
        return images.float() @ texts.float().T


def triplet_loss(cosines: Tensor, foreign: Tensor, options: TripletOptions) -> Tensor:
    """The mean over pairs of max(0, margin - s + s⁻), for a foreign text and for a foreign image.

    `cosines` `[B B]` are those of images, by row, and texts; pairs stand on the diagonal. `foreign` `[B B]`, bool,
    says which text may stand against an image: not its own, nor one that reads the same. s is the cosine of a
    pair, s⁻ that of its nearest foreign text or image, or each of all in turn. A pair without any adds nothing.
    """
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
