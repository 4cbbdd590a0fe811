"""The loss of a segmentation network on masks: where the two are compared, and how pixels are weighed.

Axis letters: m n points at which logits meet a mask of S × S pixels.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segmentation.data.masks import IGNORE_INDEX
from segmentation.scores.grid import cell_weights
from segmentation.scores.precision import unrounded
from segmentation.segmenter.config import MaskLossOptions
from segmentation.segmenter.growing import grown
from segmentation.segmenter.noise import label_log_probabilities, trusted

_LEAST_PROBABILITY = 1e-4
"""Added to all probabilities before the logarithm, as SEC and DSRG do."""
_LEAST_COUNT = 1e-4
"""In the place of an empty side, as in DSRG: such a side adds nothing."""


@dataclass(frozen=True, slots=True)
class CellGrid:
    """Where the cells of a backbone lie: cell i is centred on pixel `first_cell` + `stride` · i."""

    stride: int
    first_cell: float = 0.0


@dataclass(frozen=True, slots=True)
class MaskLoss:
    """The loss that `options` describe, for cells on `grid`."""

    options: MaskLossOptions
    grid: CellGrid

    def __call__(
        self, logits: Tensor, masks: Tensor, progress: float, corrected: Tensor | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean loss of a batch, and for the log the share of its pixels that it was taken over.

        `logits` [B 1+K h w] at the cells of crops whose `masks` [B S S] hold class ids, or 255; `progress`, in
        [0, 1), is the share of the training that is done. `corrected` [B], bool: masks that people corrected, of
        which all pixels count as they are drawn, by `options.corrected_weight`; None or [0]: there is none.
        """
        options = self.options
        logits, drawn = at_points(logits.float(), masks, self.grid, options.stride)
        labels = drawn
        log_probabilities = logits.log_softmax(dim=1)
        if options.growing.enabled:
            labels = grown(labels, log_probabilities.detach().exp(), options.growing)
        if options.noise.any:
            labels = trusted(labels, log_probabilities.detach(), progress, options.noise)
        weights = None
        if corrected is not None and len(corrected):
            labels = torch.where(corrected[:, None, None], drawn, labels)
            weights = torch.where(corrected, options.corrected_weight, 1.0).to(log_probabilities)
        loss = (
            balanced_seed_loss(log_probabilities.exp(), labels, weights)
            if options.kind == "balanced"
            else cross_entropy(log_probabilities, labels, weights)
        )
        return loss, {"used": (labels != IGNORE_INDEX).float().mean()}


def balanced_seed_loss(probabilities: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """DSRG's loss (Huang et al. 2018), the mean over images: background and foreground weigh the same.

    Per image minus the mean log probability of its background pixels, minus that of all its foreground pixels
    together. `probabilities` [B 1+K m n], `labels` [B m n] class ids or 255, which belong to neither side;
    `weights` [B] of images, None: all are 1.
    """
    raised = probabilities + _LEAST_PROBABILITY
    logs = label_log_probabilities((raised / raised.sum(dim=1, keepdim=True)).log(), labels)
    background = labels == 0
    sides = (background, ~background & (labels != IGNORE_INDEX))
    means = [(logs * side).sum(dim=(1, 2)) / side.sum(dim=(1, 2)).clamp(min=_LEAST_COUNT) for side in sides]
    of_images = means[0] + means[1]
    return -of_images.mean() if weights is None else -(of_images * weights).sum() / weights.sum()


def cross_entropy(log_probabilities: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """Minus the mean log probability of the labels, over all labelled pixels of a batch; 0 without any.

    `log_probabilities` [B 1+K m n], `labels` [B m n] class ids or 255; `weights` [B] of images, None: all are 1.
    """
    counted = (labels != IGNORE_INDEX).to(log_probabilities)
    logs = label_log_probabilities(log_probabilities, labels)
    if weights is None:
        return -(logs * counted).sum() / counted.sum().clamp(min=1)
    counted = counted * weights[:, None, None]
    return -(logs * counted).sum() / counted.sum().clamp(min=torch.finfo(counted.dtype).tiny)


def at_points(logits: Tensor, masks: Tensor, grid: CellGrid, stride: int | None) -> tuple[Tensor, Tensor]:
    """Logits [B C h w] and masks [B S S] at the same points: [B C m n] and int64 [B m n].

    None: at the centres of cells, whose pixel a mask is read at. Else at every `stride`-th pixel from the first
    on, to which logits are interpolated.
    """
    size = masks.shape[-1]
    if stride is None:
        rows, columns = (_centres(cells, size, grid, masks.device) for cells in logits.shape[-2:])
        return logits, _read(masks, rows, columns)
    points = np.arange(0, size, stride)
    places, margin = points / max(1, size - 1), grid.first_cell / grid.stride
    vertical, horizontal = (
        torch.from_numpy(cell_weights(places, cells, margin)).to(logits) for cells in logits.shape[-2:]
    )
    here = torch.arange(0, size, stride, device=masks.device)
    with unrounded(logits):
        there = vertical @ logits @ horizontal.T
    return there, _read(masks, here, here)


def _centres(cells: int, size: int, grid: CellGrid, device: torch.device) -> Tensor:
    """The pixel, from 0 to `size` - 1, that is nearest to the centre of each cell."""
    centres = grid.first_cell + grid.stride * torch.arange(cells, device=device)
    return centres.round().long().clamp(max=size - 1)


def _read(masks: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    return masks[:, rows][:, :, columns].long()
