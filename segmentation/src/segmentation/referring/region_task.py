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
from segmentation.scores.grid import cell_weights
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
        loss = patch_loss(own, batch.regions) if self._boxes else pixel_loss(own, batch.regions, network)
        return loss, {"scale": network.scale.detach()}


def pixel_loss(maps: Tensor, regions: Tensor, network: ReferringNetwork) -> Tensor:
    """Dice of similarities `[P h w]`, enlarged before their sigmoid, and regions `[P S S]` (Eq. 9)."""
    backbone = network.backbone
    margin = backbone.first_cell / backbone.stride
    positions = np.linspace(0, 1, regions.shape[-1])
    upright, across = (
        torch.from_numpy(cell_weights(positions, cells, margin)).to(maps.device) for cells in maps.shape[-2:]
    )
    return dice_loss((upright @ maps.float() @ across.T).sigmoid(), regions.float())


def patch_loss(maps: Tensor, regions: Tensor) -> Tensor:
    """Binary cross-entropy of similarities `[P h w]`: which patches lie by half in the regions `[P S S]`."""
    rows, columns = maps.shape[-2:]
    inside = functional.adaptive_avg_pool2d(regions.float(), (rows, columns)) >= 0.5
    return functional.binary_cross_entropy_with_logits(maps.float(), inside.float())
