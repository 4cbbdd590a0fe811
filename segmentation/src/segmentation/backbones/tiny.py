"""A small convolutional network without pre-trained weights, for the synthetic world and for tests."""

from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells, Normalisation

_WIDTHS = (16, 32, 64, 64)
_STRIDES = (2, 2, 1, 1)


class Tiny(Backbone):
    """64 channels at stride 4, each of which sees 23 x 23 pixels and nothing else of the image.

    Without normalisation: that of batches has statistics which would have to come with it, that of groups tells
    every cell what the others show, that of cells makes dark and light colours alike.
    """

    stride = 4
    channels = _WIDTHS[-1]
    normalisation = Normalisation(mean=(127.5, 127.5, 127.5), std=(64.0, 64.0, 64.0))

    def __init__(self) -> None:
        super().__init__()
        inputs = (3, *_WIDTHS[:-1])
        self.layers = nn.Sequential(*map(_layer, inputs, _WIDTHS, _STRIDES))
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        mid_features = self.layers[:2](images)
        return Cells(self.layers[2:](mid_features), mid_features)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()


def _layer(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    # Zeros around the image would be a thing that no label names, and light up in heatmaps.
    convolution = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, padding_mode="replicate")
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    nn.init.zeros_(convolution.get_parameter("bias"))
    return nn.Sequential(convolution, nn.ReLU(inplace=True))
