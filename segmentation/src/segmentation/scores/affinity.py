"""Heatmaps carried over to cells that look alike, before they are cut off and normalised: not in the paper.

A class lights up where its most telling parts are: a face, a wheel. Each step replaces the value of a cell by a
mean over all cells of the image, weighted by how alike they look to a middle layer of the same backbone. It is a
random walk as in AffinityNet (Ahn & Kwak 2018), on similarities that nobody has to learn.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.scores.precision import unrounded

SHARPNESS = 4
"""Power of the cosines, chosen with the number of steps on masks of COCO images, EfficientNet-Lite0. Two
squarings, since a general power takes longer than both products."""
_ROWS = 2048
"""Cells whose weights are in memory at a time, so that a large image needs no square of its cells."""


def propagate(maps: Tensor, mid_features: Tensor, steps: int) -> Tensor:
    """Maps [… n h w] after `steps` steps; `mid_features` [… C h w] are those of the same cells.

    The weight of a cell for another is max(cos, 0) to the power of `SHARPNESS`, between what each has more than
    the image's mean; all weights for a cell sum to 1.
    """
    if not steps:
        return maps
    directions = _directions(mid_features)
    values = maps.flatten(-2).transpose(-2, -1)
    # A traced graph is for any number of cells, so that it cannot tell parts.
    rows = values.shape[-2] if torch.onnx.is_in_onnx_export() else _ROWS
    parts = [slice(start, start + rows) for start in range(0, values.shape[-2], rows)]
    with unrounded(values):
        if len(parts) == 1:
            weights = _Weights.of(directions, directions)
            for _ in range(steps):
                values = weights.mean(values, values)
        else:
            # Of parts, only those of one are in memory at a time, and they are made again in each step.
            for _ in range(steps):
                means = [
                    _Weights.of(directions[..., part, :], directions).mean(values, values[..., part, :])
                    for part in parts
                ]
                values = torch.cat(means, dim=-2)
    return values.transpose(-2, -1).reshape(maps.shape)


def _directions(mid_features: Tensor) -> Tensor:
    """Unit vectors [… N C] of the N = h · w cells, or zero for a cell that is the mean of all."""
    cells = mid_features.flatten(-2).transpose(-2, -1).float()
    return functional.normalize(cells - cells.mean(dim=-2, keepdim=True), dim=-1)


class _Weights(NamedTuple):
    """Of N cells for R of them."""

    cells: Tensor
    """[… R N]"""
    total: Tensor
    """[… R 1]: their sums."""

    @classmethod
    def of(cls, own: Tensor, directions: Tensor) -> "_Weights":
        """Those of cells with directions [… N C] for some of them, [… R C]."""
        cosines = (own @ directions.transpose(-2, -1)).clamp(min=0)
        squares = cosines * cosines
        cells = squares * squares
        return cls(cells, cells.sum(dim=-1, keepdim=True))

    def mean(self, values: Tensor, kept: Tensor) -> Tensor:
        """The next values [… R n] of the R cells: `values` [… N n] are those of all, `kept` their own, now."""
        # A cell without direction is like none, not even itself: it keeps its value.
        return torch.where(self.total > 0, self.cells @ values / self.total, kept)
