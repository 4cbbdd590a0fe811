"""Supervision by regions: masks (Section 3.3, "fully-supervised learning"), or boxes (Table 2e).

Axis letters: P pairs of an image and an expression of it.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from segmentation.referring.losses import dice_loss
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.region_samples import RegionBatch
from segmentation.referring.task import ReferringTask
from segmentation.scores.grid import cell_weights, nearest_cells
from segmentation.scores.precision import unrounded
from segmentation.training.task import ParameterGroup


class RegionTask:
    """Trains the network of `weak` on where expressions refer to."""

    decomposes = False  # the mean is over pairs, and images have different numbers of them

    def __init__(self, weak: ReferringTask, *, boxes: bool) -> None:
        """`weak` has the network and its texts. `boxes`: regions are boxes, and patches are told apart by them."""
        self.module: ReferringNetwork = weak.module
        self._weak = weak
        self._boxes = boxes

    def parameter_groups(self) -> list[ParameterGroup]:
        """As of the weak task."""
        return self._weak.parameter_groups()

    def begin_step(self, epochs: float) -> None:
        """Nothing changes between steps."""

    def loss(self, batch: RegionBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch, and for the log the scale."""
        network = self.module
        texts, owners = torch.unique(batch.expressions, return_inverse=True)
        maps = network(batch.images, self._weak.texts(texts))
        own = maps[batch.owners, owners]
        compared = patch_loss if self._boxes else pixel_loss
        loss = compared(own, batch.regions, network.backbone.stride, network.backbone.first_cell)
        return loss, {"scale": network.scale.detach()}


def pixel_loss(maps: Tensor, regions: Tensor, stride: int, first_cell: float) -> Tensor:
    """Dice of similarities `[P h w]`, enlarged before their sigmoid, and regions `[P S S]` (Eq. 9).

    Cell i is centred on pixel `first_cell` + `stride` · i; pixels outside of all centres have what the outermost
    cell has.
    """
    pixels, margin = np.arange(regions.shape[-1]), first_cell / stride
    upright, across = (
        # In shares of what a grid spans that begins and ends `first_cell` outside of its cells.
        torch.from_numpy(cell_weights(pixels / max(1, stride * (cells - 1) + 2 * first_cell), cells, margin))
        for cells in maps.shape[-2:]
    )
    with unrounded(maps):
        enlarged = upright.to(maps.device) @ maps.float() @ across.to(maps.device).T
    return dice_loss(enlarged.sigmoid(), regions.float())


def patch_loss(maps: Tensor, regions: Tensor, stride: int, first_cell: float) -> Tensor:
    """Binary cross-entropy of similarities `[P h w]`: which cells lie by half in the regions `[P S S]`, of the
    pixels that they are nearest to."""
    rows, columns = (
        functional.one_hot(
            torch.from_numpy(nearest_cells(regions.shape[-1], cells, stride, first_cell)), cells
        ).to(maps.device, torch.float32)
        for cells in maps.shape[-2:]
    )
    with unrounded(maps):
        covered = rows.T @ regions.float() @ columns
    inside = 2 * covered >= rows.sum(dim=0)[:, None] * columns.sum(dim=0)
    return functional.binary_cross_entropy_with_logits(maps.float(), inside.float())
