"""Crops at several scales: what a network says of them at the cells of one, and how far that differs.

Axis letters: R scales, C classes with the background, m n points.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.data.masks import IGNORE_INDEX
from segmentation.scores.grid import input_size
from segmentation.segmenter.losses import CellGrid

_LEAST_PROBABILITY = 1e-3
"""Of a class in the mean over scales, and of all others together: the public code of ADELE clamps to it."""


def scaled(images: Tensor, scale: float, grid: CellGrid) -> Tensor:
    """Images [B 3 S S], of any numeric type, at `scale`, on whole cells."""
    if scale == 1:
        return images
    side = input_size(images.shape[-1] * scale, grid.stride, grid.first_cell)
    return functional.interpolate(images.float(), size=(side, side), mode="bilinear", align_corners=False)


def on_cells(maps: Tensor, size: Sequence[int], grid: CellGrid) -> Tensor:
    """Maps [B C h w] of images of any scale at `size` cells of the same images."""
    if maps.shape[-2:] == tuple(size):
        return maps
    return functional.interpolate(maps, size=tuple(size), mode="bilinear", align_corners=grid.first_cell == 0)


def inconsistency(logits: Sequence[Tensor], labels: Tensor, least: float) -> Tensor:
    """The mean over R scales and all points of KL(p ‖ q), of what a scale says against the mean q over scales.

    `logits` [B C m n] at each scale; only images in which q has at least `least` for a class at a labelled point
    count, with all of their points; `labels` [B m n], 255: unlabelled. ADELE, Liu et al. 2022, in the form of its
    public code, but for its learned weights of the scales, which begin as equal as they are here. The gradient
    goes through p and q.
    """
    logs = torch.stack([of_scale.float() for of_scale in logits]).log_softmax(dim=2)
    probabilities = logs.exp()
    mean = probabilities.mean(dim=0).clamp(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    divergences = (probabilities * (logs - mean.log())).sum(dim=2).mean(dim=0)
    best = mean.detach().amax(dim=1).masked_fill(labels == IGNORE_INDEX, 0)
    sure = best.amax(dim=(1, 2)) >= least
    return (divergences * sure[:, None, None]).mean()
