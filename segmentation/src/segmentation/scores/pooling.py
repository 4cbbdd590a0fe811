"""From class maps to the score of an image, where classes and the background compete for every cell.

Normalised global weighted pooling (Araslanov & Roth 2020, "Single-stage semantic segmentation from image labels"),
which TSEG takes up (Strudel et al. 2022, Eq. 4, 5, 7, 8): a class is scored on the cells that it wins, however few
they are, and has to hold its own against the background there. Its maps are absolute: what does not
rise above the background's logit is background, in pictures without the class, too.
"""

from torch import Tensor
from torch.nn import functional


def competing_shares(maps: Tensor, background: float) -> Tensor:
    """The share of each class in each cell, `[B K h w]` in (0, 1): a softmax over the classes' logits `maps`,
    `[B K h w]`, and the `background`'s, the same in all cells."""
    return functional.pad(maps, (0, 0, 0, 0, 1, 0), value=background).softmax(dim=1)[:, 1:]


def weighted_pooling(maps: Tensor, shares: Tensor) -> Tensor:
    """Logits `[B K]`: the mean of `maps` `[B K h w]`, weighted by `shares` of the same shape (Eq. 4, 7).

    One cell's weight is added to the sum of weights, as in the public code: a class that wins nowhere scores 0.
    """
    cells, weights = maps.flatten(start_dim=2), shares.flatten(start_dim=2)
    return (weights * cells).sum(dim=-1) / (1 + weights.sum(dim=-1))


def size_penalty(shares: Tensor, power: float, floor: float) -> Tensor:
    """The focal penalty `[B K]` of a class that covers little of the image, 0 for all of it (Eq. 8).

    (1 - m)^`power` · ln(`floor` + m), for its mean share m over the cells of `shares` `[B K h w]`.
    """
    mean = shares.flatten(start_dim=2).mean(dim=-1)
    return (1 - mean) ** power * (floor + mean).log()
