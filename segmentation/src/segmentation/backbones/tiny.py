"""A small convolutional network without pre-trained weights, for the synthetic world and for tests."""

from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Normalisation

_WIDTHS = (24, 48, 96, 96)
_STRIDES = (2, 2, 2, 1)
_NORM_GROUPS = 8


class Tiny(Backbone):
    """96 channels at stride 8. Group normalisation, since it has no statistics that would have to come with it."""

    stride = 8
    channels = _WIDTHS[-1]
    normalisation = Normalisation(mean=(127.5, 127.5, 127.5), std=(64.0, 64.0, 64.0))

    def __init__(self) -> None:
        super().__init__()
        inputs = (3, *_WIDTHS[:-1])
        self.layers = nn.Sequential(*map(_layer, inputs, _WIDTHS, _STRIDES))
        self.freeze()

    def features(self, images: Tensor) -> Tensor:
        features: Tensor = self.layers(images)
        return features

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()


def _layer(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False),
        nn.GroupNorm(_NORM_GROUPS, channels),
        nn.ReLU(inplace=True),
    )
