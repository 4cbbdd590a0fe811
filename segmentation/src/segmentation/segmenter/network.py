"""The segmentation network: cells of an image become logits of the background and of every class."""

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone
from segmentation.scores.affinity import propagate
from segmentation.segmenter.config import SegmentationOptions

_DEEPLAB_STRIDE = 8
"""Output stride that dilations are stated for."""
_INITIAL_DEVIATION = 0.01
"""Of new weights, as in DeepLab; biases start at 0."""


class SegmentationNetwork(nn.Module):
    """A backbone, and a head that reads its cells.

    `n_classes` is K, the foreground classes: channel 0 is the background, channel k the class of id k.
    """

    def __init__(self, backbone: Backbone, n_classes: int, options: SegmentationOptions) -> None:
        super().__init__()
        self.backbone = backbone
        self.n_classes = n_classes
        self.propagation = options.propagation
        self.head: Aspp | LinearHead = (
            Aspp(backbone.channels, 1 + n_classes, cell_dilations(options, backbone.stride), options)
            if options.head == "aspp"
            else LinearHead(backbone.channels, 1 + n_classes, options.dropout)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Shape: images [B 3 H W], RGB, 0–255, of any numeric type → logits [B, 1 + K, h, w]."""
        cells = self.backbone.cells(images)
        logits: Tensor = self.head(cells.features)
        if self.propagation and not self.training:
            logits = propagate(logits.float(), cells.mid_features, self.propagation)
        return logits

    def new_parameters(self) -> list[nn.Parameter]:
        """What did not come with the backbone, but for `last_biases`."""
        last = {id(bias) for bias in self.last_biases()}
        return [parameter for parameter in self.head.parameters() if id(parameter) not in last]

    def last_biases(self) -> list[nn.Parameter]:
        """The biases of the layers that give logits; they learn fastest."""
        return [layer.get_parameter("bias") for layer in self.head.last_layers()]


class LinearHead(nn.Module):
    """Dropout and one 1×1 convolution: every cell is told by its own features alone."""

    def __init__(self, in_channels: int, n_outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = _initialised(nn.Conv2d(in_channels, n_outputs, kernel_size=1))

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, h, w] → [B, n_outputs, h, w]."""
        logits: Tensor = self.classifier(self.dropout(features))
        return logits

    def last_layers(self) -> list[nn.Conv2d]:
        """Those that give logits."""
        return [self.classifier]


class Aspp(nn.Module):
    """Atrous spatial pyramid pooling: a branch per dilation, their logits summed (Chen et al. 2018, Fig. 7b)."""

    def __init__(
        self, in_channels: int, n_outputs: int, dilations: tuple[int, ...], options: SegmentationOptions
    ) -> None:
        """`dilations`, in cells, take the place of those in `options`."""
        super().__init__()
        self.branches = nn.ModuleList(
            AsppBranch(in_channels, n_outputs, dilation, options) for dilation in dilations
        )

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, h, w] → [B, n_outputs, h, w]."""
        return torch.stack([branch(features) for branch in self.branches]).sum(dim=0)

    def last_layers(self) -> list[nn.Conv2d]:
        """Those that give logits."""
        return [branch.get_submodule("fc8") for branch in self.branches]  # type: ignore[misc]


class AsppBranch(nn.Module):
    """fc6, a dilated 3×3 convolution, fc7 and fc8, which are 1×1."""

    def __init__(self, in_channels: int, n_outputs: int, dilation: int, options: SegmentationOptions) -> None:
        super().__init__()
        width = options.channels
        self.fc6 = _initialised(nn.Conv2d(in_channels, width, 3, padding=dilation, dilation=dilation))
        self.fc7 = _initialised(nn.Conv2d(width, width, kernel_size=1))
        self.fc8 = _initialised(nn.Conv2d(width, n_outputs, kernel_size=1))
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, h, w] → [B, n_outputs, h, w]."""
        hidden = self.dropout(self.fc6(features).relu())
        hidden = self.dropout(self.fc7(hidden).relu())
        logits: Tensor = self.fc8(hidden)
        return logits


def cell_dilations(options: SegmentationOptions, stride: int) -> tuple[int, ...]:
    """The dilations of the branches in cells, for a backbone of output stride `stride`."""
    if not options.scale_dilations:
        return options.dilations
    return tuple(max(1, round(dilation * _DEEPLAB_STRIDE / stride)) for dilation in options.dilations)


def _initialised(convolution: nn.Conv2d) -> nn.Conv2d:
    nn.init.normal_(convolution.weight, std=_INITIAL_DEVIATION)
    nn.init.zeros_(convolution.get_parameter("bias"))
    return convolution
