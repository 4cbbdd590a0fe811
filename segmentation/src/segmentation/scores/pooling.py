"""From class maps to the score of an image, where classes, or expressions, compete with the background for cells.

Normalised global weighted pooling (Araslanov & Roth 2020, "Single-stage semantic segmentation from image labels"),
which TSEG takes up (Strudel et al. 2022, Eq. 4–8): a class is scored on the cells that it wins, however few
they are, and has to hold its own against the background there. Its maps are absolute: what does not
rise above the background's logit is background, in pictures without the class, too.
"""

from torch import Tensor
from torch.nn import functional


def competing_shares(maps: Tensor, background: float) -> Tensor:
    """The share of each class in each cell, `[B K h w]` in (0, 1): a softmax over the classes' logits `maps`,
    `[B K h w]`, and the `background`'s, the same in all cells."""
    return functional.pad(maps, (0, 0, 0, 0, 1, 0), value=background).softmax(dim=1)[:, 1:]


def independent_shares(maps: Tensor, background: float) -> Tensor:
    """As `competing_shares`, where each class competes with the background alone (Eq. 6): classes may overlap."""
    return (maps - background).sigmoid()


def weighted_pooling(maps: Tensor, shares: Tensor, added: float = 1.0) -> Tensor:
    """Logits `[B K]`: the mean of `maps` `[B K h w]`, weighted by `shares` of the same shape (Eq. 4).

    `added` (ε) is added to the sum of weights, so that a class that wins nowhere scores 0: one cell's weight in
    the public code.
    """
    cells, weights = maps.flatten(start_dim=2), shares.flatten(start_dim=2)
    return (weights * cells).sum(dim=-1) / (added + weights.sum(dim=-1))


def size_penalty(shares: Tensor, power: float, floor: float) -> Tensor:
    """The focal penalty `[B K]` of a class that covers little of the image, 0 for all of it (Eq. 7).

    (1 - m)^`power` · ln(`floor` + m), for its mean share m over the cells of `shares` `[B K h w]`.
    """
    mean = shares.flatten(start_dim=2).mean(dim=-1)
    return (1 - mean) ** power * (floor + mean).log()
