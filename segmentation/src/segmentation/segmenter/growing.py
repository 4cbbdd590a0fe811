"""Seeded region growing (Huang et al. 2018, "DSRG"): labels spread to neighbours that the network is sure of."""

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.data.masks import IGNORE_INDEX
from segmentation.segmenter.config import GrowingOptions

_NEIGHBOURS = [(row, column) for row in range(3) for column in range(3) if (row, column) != (1, 1)]


def grown(labels: Tensor, probabilities: Tensor, options: GrowingOptions) -> Tensor:
    """Labels [B m n] with those that grew out of them; 255 is unlabelled before and after.

    An unlabelled pixel takes class c where c is the likeliest of `probabilities` [B 1+K m n], with at least the
    probability that `options` ask for, and where one of its eight neighbours has c already: until nothing changes.
    Labels that were there stay: these are the components of sure pixels of one class
    that touch a seed of it.
    """
    best = probabilities.max(dim=1)
    sure = torch.where(best.indices == 0, options.background, options.foreground)
    candidates = best.indices.masked_fill((best.values < sure) | (labels != IGNORE_INDEX), IGNORE_INDEX)
    waiting = candidates != IGNORE_INDEX
    now = labels
    while True:
        height, width = now.shape[-2:]
        padded = functional.pad(now, (1, 1, 1, 1), value=IGNORE_INDEX)
        around = [padded[:, row : row + height, column : column + width] for row, column in _NEIGHBOURS]
        reached = waiting & torch.stack([neighbour == candidates for neighbour in around]).any(dim=0)
        if not reached.any():
            return now
        now = torch.where(reached, candidates, now)
        waiting = waiting & ~reached
