"""What a training remembers to correct labels (`correction`): how far predictions agreed with labels, by epoch."""

import numpy as np
import torch
from torch import Tensor, distributed, nn

from segmentation.scores.grid import nearest_cells
from segmentation.segmenter.config import CorrectionOptions
from segmentation.segmenter.correction import confident, corrected, learned, overlaps
from segmentation.segmenter.losses import CellGrid, at_points
from segmentation.segmenter.scales import on_cells, scaled


class EarlyLearning:
    """Watches a training, and corrects labels of classes that are learned. C classes with the background.

    What it corrects follows from what it remembers and the network; labels themselves stay as they are drawn.
    """

    def __init__(self, n_classes: int, grid: CellGrid, options: CorrectionOptions) -> None:
        self._grid = grid
        self._options = options
        self.memory = {
            "counts": torch.zeros(2, n_classes, dtype=torch.int64),
            "ious": torch.zeros(0, n_classes, dtype=torch.float64),
            "learned": torch.zeros(n_classes, dtype=torch.bool),
        }

    def begin_step(self, epochs: float) -> None:
        """At the end of an epoch, judge which classes are learned; once learned they stay so."""
        if int(epochs) <= len(self.memory["ious"]):
            return
        both, either = self.memory["counts"].double()
        iou = (both / either).masked_fill(either == 0, torch.nan)
        self.memory["ious"] = torch.cat([self.memory["ious"], iou[None]])
        self.memory["counts"] = torch.zeros_like(self.memory["counts"])
        now = learned(self.memory["ious"].numpy(), self._options.flattening)
        self.memory["learned"] = self.memory["learned"] | torch.from_numpy(np.asarray(now))

    def observe(self, logits: Tensor, masks: Tensor) -> None:
        """Count how logits [B C h w] agree with masks [B S S], at the centres of cells."""
        _, labels = at_points(logits, masks, self._grid, None)
        counts = overlaps(labels, logits.argmax(dim=1), logits.shape[1])
        if distributed.is_available() and distributed.is_initialized():
            distributed.all_reduce(counts)
        self.memory["counts"] = self.memory["counts"] + counts.cpu()

    def corrected(self, masks: Tensor, network: nn.Module, images: Tensor) -> Tensor:
        """Masks [B S S] in which what `network` is sure of in `images` takes over where a class is learned."""
        if not self.memory["learned"].any():
            return masks
        classes = self.memory["learned"].to(masks.device)
        suggested = confident(self._averaged(network, images), self._options.confidence)
        return corrected(masks, self._on_pixels(suggested, masks.shape[-1]), classes)

    @torch.no_grad()
    def _averaged(self, network: nn.Module, images: Tensor) -> Tensor:
        """Probabilities [B C h w] at the cells of the largest scale, the mean over all, without dropout."""
        training = network.training
        network.eval()
        seen = [network(scaled(images, scale, self._grid)).float() for scale in sorted(self._options.scales)]
        network.train(training)
        maps = [logits.softmax(dim=1) for logits in seen]
        return torch.stack([on_cells(one, maps[-1].shape[-2:], self._grid) for one in maps]).mean(dim=0)

    def _on_pixels(self, cells: Tensor, side: int) -> Tensor:
        """[B h w] of images of any scale at pixels [B side side]: each has what the nearest cell has."""
        margin = self._grid.first_cell / self._grid.stride
        # Of crops at another scale the cells lie at another stride of their pixels.
        strides = [(side - 1) / (count - 1 + 2 * margin) for count in cells.shape[-2:]]
        rows, columns = (
            torch.from_numpy(nearest_cells(side, count, stride, margin * stride)).to(cells.device)
            for count, stride in zip(cells.shape[-2:], strides, strict=True)
        )
        return cells[:, rows][:, :, columns]
