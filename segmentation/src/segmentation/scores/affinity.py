"""Heatmaps carried over to cells that look alike, before they are cut off and normalised: not in the paper.

A class lights up where its most telling parts are: a face, a wheel. Each step replaces the value of a cell by a
mean over all cells of the image, weighted by how alike they look to a middle layer of the same backbone. It is a
random walk as in AffinityNet (Ahn & Kwak 2018), on similarities that nobody has to learn.
"""

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.scores.precision import unrounded

SHARPNESS = 4
"""Power of the cosines, chosen with the number of steps on masks of COCO images, EfficientNet-Lite0."""
_ROWS = 2048
"""Cells whose weights are in memory at a time, so that a large image needs no square of its cells."""


def propagate(maps: Tensor, mid_features: Tensor, steps: int) -> Tensor:
    """Maps [… n h w] after `steps` steps; `mid_features` [… C h w] are those of the same cells.

    The weight of a cell for another is max(cos, 0) to the power of `SHARPNESS`, between what each has more than
    the image's mean; all weights for a cell sum to 1.
    """
    directions = _directions(mid_features)
    values = maps.flatten(-2).transpose(-2, -1)
    # A traced graph is for any number of cells, so that it cannot tell parts.
    rows = values.shape[-2] if torch.onnx.is_in_onnx_export() else _ROWS
    parts = [slice(start, start + rows) for start in range(0, values.shape[-2], rows)]
    with unrounded(values):
        for _ in range(steps):
            values = torch.cat(
                [_step(directions[..., part, :], values[..., part, :], directions, values) for part in parts],
                dim=-2,
            )
    return values.transpose(-2, -1).reshape(maps.shape)


def _directions(mid_features: Tensor) -> Tensor:
    """Unit vectors [… N C] of the N = h · w cells, or zero for a cell that is the mean of all."""
    cells = mid_features.flatten(-2).transpose(-2, -1).float()
    return functional.normalize(cells - cells.mean(dim=-2, keepdim=True), dim=-1)


def _step(own: Tensor, kept: Tensor, directions: Tensor, values: Tensor) -> Tensor:
    """The next values [… R n] of R cells: `own` are their directions, `kept` their values now."""
    weights = (own @ directions.transpose(-2, -1)).clamp(min=0) ** SHARPNESS
    total = weights.sum(dim=-1, keepdim=True)
    # A cell without direction is like none, not even itself: it keeps its value.
    return torch.where(total > 0, weights @ values / total, kept)
