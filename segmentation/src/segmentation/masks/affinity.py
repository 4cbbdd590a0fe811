"""Heatmaps carried over to cells that look alike, before they are cut off and normalised: not in the paper.

A class lights up where its most telling parts are: a face, a wheel. Each step replaces the value of a cell by a
mean over all cells of the image, weighted by how alike they look to a middle layer of the same backbone. It is a
random walk as in AffinityNet (Ahn & Kwak 2018), on similarities that nobody has to learn.
"""

import torch
from torch import Tensor
from torch.nn import functional

SHARPNESS = 4
"""Power of the cosines, chosen with the number of steps on masks of COCO images, EfficientNet-Lite0."""


def propagate(maps: Tensor, surfaces: Tensor, steps: int) -> Tensor:
    """Maps [n h w] after `steps` steps; `surfaces` [C h w] are those of the same cells."""
    if not steps:
        return maps
    walk: Tensor = torch.linalg.matrix_power(transitions(surfaces), steps)
    return (maps.flatten(1) @ walk.T).view_as(maps)


def transitions(surfaces: Tensor) -> Tensor:
    """[N N] for the N = h · w cells of `surfaces` [C h w]: row i holds the weights of all cells for cell i, sum 1.

    The weight is max(cos, 0) to the power of `SHARPNESS`, between what a cell has more than the image's mean.
    """
    cells = surfaces.flatten(1).float()
    directions = functional.normalize(cells - cells.mean(dim=1, keepdim=True), dim=0)
    alike = (directions.T @ directions).clamp(min=0) ** SHARPNESS
    # A cell that is the mean has no direction: it keeps its value.
    alike.fill_diagonal_(1)
    return alike / alike.sum(dim=1, keepdim=True)
