"""VGG-16 at output stride 8, with a dilated conv5: up to fc7 as a convolution (PSA), or up to pool5a (DeepLab).

Two public formats load: Caffe's names (conv1_1 … fc7, from vgg16_20M), and torchvision's (features.0 …), which has
no fc6 and fc7 of this shape: these then start at random.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from segmentation.backbones.contract import IMAGENET, Backbone, Cells, Normalisation

_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Output channels of conv1_1, conv1_2; conv2_1, …"""
_POOL_STRIDES = (2, 2, 2, 1)
"""Of pool1 to pool4."""
_WIDTH = 512
"""Of conv5."""
_DILATED_BLOCK = 5
_FC_CHANNELS = 1024
_DROPOUT = 0.5
"""After fc6, and after fc7 before what reads it, as in PSA."""


class VGG16(Backbone):
    """1,024 channels (fc7) at stride 8: 321² gives 41 × 41 cells. conv1 and conv2 are frozen.

    With `pool5`, for heads that bring an fc6 and fc7 of their own: 512 channels (pool5a), and nothing is frozen,
    as in DeepLab.
    """

    stride = 8
    normalisation = Normalisation(mean=(104.008, 116.669, 122.675), std=(1.0, 1.0, 1.0), bgr=True)
    optional_prefixes = ("layers.fc6.", "layers.fc7.")

    def __init__(self, *, pool5: bool = False) -> None:
        super().__init__()
        self._is_frozen = not pool5
        layers = _convolutions()
        layers.update(_pool5() if pool5 else _fully_connected())
        self.channels = _WIDTH if pool5 else _FC_CHANNELS
        self.classifier_prefixes: tuple[str, ...] = ("fc8.", "classifier.", *(("fc6.", "fc7.") if pool5 else ()))
        self.layers = nn.Sequential(layers)
        self._pool4 = list(layers).index("pool4")
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        mid_features = self.layers[: self._pool4](images)
        return Cells(self.layers[self._pool4 :](mid_features), mid_features)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        first = ("conv1", "conv2") if self._is_frozen else ()
        return tuple(layer for name, layer in self.layers.named_children() if name.startswith(first))

    def translate(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        own = {_own_name(name): tensor for name, tensor in tensors.items()}
        if {"features.0.weight", "features.0.bias"} <= tensors.keys():
            weight, bias = own["layers.conv1_1.weight"], own["layers.conv1_1.bias"]
            own["layers.conv1_1.weight"], own["layers.conv1_1.bias"] = _refit_first_layer(weight, bias)
        return own


def _convolutions() -> OrderedDict[str, nn.Module]:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    in_channels = 3
    for block, widths in enumerate(_BLOCKS, start=1):
        dilation = 2 if block == _DILATED_BLOCK else 1
        for index, channels in enumerate(widths, start=1):
            layers[f"conv{block}_{index}"] = nn.Conv2d(
                in_channels, channels, 3, padding=dilation, dilation=dilation
            )
            layers[f"relu{block}_{index}"] = nn.ReLU(inplace=True)
            in_channels = channels
        if block <= len(_POOL_STRIDES):
            layers[f"pool{block}"] = nn.MaxPool2d(3, stride=_POOL_STRIDES[block - 1], padding=1)
    return layers


def _fully_connected() -> OrderedDict[str, nn.Module]:
    return OrderedDict[str, nn.Module](
        fc6=nn.Conv2d(_WIDTH, _FC_CHANNELS, 3, padding=1),
        relu6=nn.ReLU(inplace=True),
        drop6=nn.Dropout2d(_DROPOUT),
        fc7=nn.Conv2d(_FC_CHANNELS, _FC_CHANNELS, 1),
        relu7=nn.ReLU(inplace=True),
        drop7=nn.Dropout2d(_DROPOUT),
    )


def _pool5() -> OrderedDict[str, nn.Module]:
    return OrderedDict[str, nn.Module](
        pool5=nn.MaxPool2d(3, stride=1, padding=1), pool5a=nn.AvgPool2d(3, stride=1, padding=1)
    )


def _own_name(public: str) -> str:
    in_torchvision = re.match(r"features\.(\d+)\.(.+)", public)
    if in_torchvision and int(in_torchvision[1]) in _TORCHVISION_LAYERS:
        return f"layers.{_TORCHVISION_LAYERS[int(in_torchvision[1])]}.{in_torchvision[2]}"
    return re.sub(r"^(conv\d_\d|fc[67])\.", r"layers.\1.", public)


def _torchvision_layers() -> dict[int, str]:
    """Positions of the convolutions in torchvision's `features`, which counts ReLUs and pools too."""
    names: dict[int, str] = {}
    position = 0
    for block, widths in enumerate(_BLOCKS, start=1):
        for index in range(1, len(widths) + 1):
            names[position] = f"conv{block}_{index}"
            position += 2
        position += 1
    return names


_TORCHVISION_LAYERS = _torchvision_layers()


def _refit_first_layer(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """conv1_1 for our input (BGR minus Caffe's mean) that answers as the given one does for torchvision's.

    Exact but for the outermost pixels, where the padding stands for a grey that differs by one level.

    Shape: weight [64, 3, 3, 3], bias [64] → the same.
    """
    mean = torch.tensor(IMAGENET.mean, dtype=weight.dtype).view(1, 3, 1, 1)
    std = torch.tensor(IMAGENET.std, dtype=weight.dtype).view(1, 3, 1, 1)
    caffe_mean = torch.tensor(VGG16.normalisation.mean, dtype=weight.dtype).flip(0).view(1, 3, 1, 1)
    scaled = weight / std
    return scaled.flip(1), bias + (scaled * (caffe_mean - mean)).sum(dim=(1, 2, 3))
