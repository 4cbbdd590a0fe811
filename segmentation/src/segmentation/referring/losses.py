"""The losses of TSEG, Section 3.3, and what may be added to them.

Axis letters: L expressions, P pairs of an image and an expression.
"""

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.referring.config import ReferringLossOptions
from segmentation.scores.precision import unrounded


def soft_margin_loss(scores: Tensor, present: Tensor, known: Tensor, options: ReferringLossOptions) -> Tensor:
    """The multi-label soft margin loss of scores z `[B L]`, the mean over images.

    `present` `[B L]` in [0, 1] is z̄; where not `known`, a pair counts for nothing. Balanced, what is there and
    what is not have half of an image's weight each, however many expressions there are.
    """
    losses = functional.binary_cross_entropy_with_logits(scores, present, reduction="none")
    weights = balanced_weights(present, known) if options.balanced else known.to(losses.dtype)
    total = (weights * losses).sum(dim=1)
    if options.reduction == "mean":
        total = total / known.sum(dim=1).clamp(min=1)
    return total.mean()


def balanced_weights(present: Tensor, known: Tensor) -> Tensor:
    """Weights `[B L]` by which what is `present` has half of an image's weight, and what is not the other half.

    They sum to the number of known expressions; of an image with one side alone each weighs 1.
    """
    count = known.sum(dim=1, keepdim=True)
    there, absent = present * known, (1 - present) * known
    sides = [side / side.sum(dim=1, keepdim=True).clamp(min=1e-6) for side in (there, absent)]
    both = (there.sum(dim=1, keepdim=True) > 0) & (absent.sum(dim=1, keepdim=True) > 0)
    # A soft target is on both sides, by its share of either.
    return torch.where(both, count / 2 * (sides[0] + sides[1]), known.to(present.dtype))


def overlap(shares: Tensor, apart: Tensor) -> Tensor:
    """How far maps that should lie apart overlap: the mean over pairs of Σ m_i m_j / min(Σ m_i, Σ m_j), in [0, 1].

    `shares` `[B L h w]` in [0, 1]; `apart` `[B L L]` says of which two expressions of an image. 0 without any.
    """
    cells = shares.flatten(start_dim=2)
    with unrounded(cells):
        common = torch.einsum("bin,bjn->bij", cells, cells)
    sizes = cells.sum(dim=2)
    least = torch.minimum(sizes[:, :, None], sizes[:, None, :]).clamp(min=1e-6)
    pairs = apart.to(common.dtype)
    return (pairs * common / least).sum() / pairs.sum().clamp(min=1)


def dice_loss(masks: Tensor, truth: Tensor) -> Tensor:
    """Eq. 9, the mean over pairs: 1 - 2 |M ∩ M̄| / (|M| + |M̄|), of `masks` and `truth` `[P H W]` in [0, 1].

    Two empty masks are alike.
    """
    common = (masks * truth).sum(dim=(1, 2))
    sizes = masks.sum(dim=(1, 2)) + truth.sum(dim=(1, 2))
    return (1 - 2 * common / sizes.clamp(min=1e-6)).where(sizes > 0, sizes * 0).mean()
