"""A backbone without layers, so that everything behind it can be computed by hand."""

import torch

from segmentation.backbones.contract import Backbone, Cells, Normalisation


class PixelBackbone(Backbone):
    """Three channels per cell: the pixel; `repeats` of them one behind the other."""

    stride = 1
    normalisation = Normalisation(mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))

    def __init__(self, repeats: int = 1) -> None:
        super().__init__()
        self.channels = 3 * repeats

    def stages(self, images: torch.Tensor) -> Cells:
        return Cells(images.repeat(1, self.channels // 3, 1, 1), images)

    def frozen_modules(self) -> tuple[torch.nn.Module, ...]:
        return ()
