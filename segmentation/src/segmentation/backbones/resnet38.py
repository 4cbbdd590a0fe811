"""ResNet-38 (Wu et al. 2019, "Wider or Deeper", model A1) at output stride 8; loads the checkpoints of PSA."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells

_STEM_CHANNELS = 64
_DROPOUT = 0.5
"""Before what reads the last features, as in PSA."""
_FROZEN_BLOCKS = 3
"""b2, b2_1 and b2_2."""


@dataclass(frozen=True, slots=True)
class _Conv:
    channels: int
    kernel: int = 3
    dilation: int = 1


@dataclass(frozen=True, slots=True)
class _Block:
    """A residual block under the name that public checkpoints give it."""

    name: str
    convs: tuple[_Conv, ...]
    stride: int = 1
    dropout: float = 0.0


def _repeated(name: str, width: int, *, times: int) -> tuple[_Block, ...]:
    """A stage of `times` blocks at one width, whose first block halves the resolution."""
    convs = (_Conv(width), _Conv(width))
    return (_Block(name, convs, stride=2), *(_Block(f"{name}_{index}", convs) for index in range(1, times)))


_BLOCKS = (
    *_repeated("b2", 128, times=3),
    *_repeated("b3", 256, times=3),
    *_repeated("b4", 512, times=6),
    _Block("b5", (_Conv(512), _Conv(1024, dilation=2))),
    _Block("b5_1", (_Conv(512, dilation=2), _Conv(1024, dilation=2))),
    _Block("b5_2", (_Conv(512, dilation=2), _Conv(1024, dilation=2))),
    _Block("b6", (_Conv(512, kernel=1), _Conv(1024, dilation=4), _Conv(2048, kernel=1)), dropout=0.3),
    _Block("b7", (_Conv(1024, kernel=1), _Conv(2048, dilation=4), _Conv(4096, kernel=1)), dropout=0.5),
)

_PUBLIC_PARTS = {
    "bn_branch2a": "norms.0",
    "conv_branch2a": "convs.0",
    "bn_branch2b1": "norms.1",
    "conv_branch2b1": "convs.1",
    "bn_branch2b2": "norms.2",
    "conv_branch2b2": "convs.2",
    "conv_branch1": "shortcut",
}


class ResNet38(Backbone):
    """4,096 channels at stride 8: 321² gives 41 × 41 cells. Stem, b2 and all batch normalisation are frozen."""

    stride = 8
    channels = 4096
    classifier_prefixes = ("fc8.", "linear1000.")

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, _STEM_CHANNELS, 3, padding=1, bias=False)
        inputs = (_STEM_CHANNELS, *(block.convs[-1].channels for block in _BLOCKS))
        self.blocks = nn.Sequential(
            *(PreActivation(channels, block) for channels, block in zip(inputs[:-1], _BLOCKS, strict=True))
        )
        self.norm = nn.BatchNorm2d(self.channels)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout2d(_DROPOUT)
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        dilated = _BLOCK_POSITIONS["b5"]
        mid_features = self.blocks[:dilated](self.stem(images))
        features = self.relu(self.norm(self.blocks[dilated:](mid_features)))
        return Cells(self.dropout(features), mid_features)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        norms = [module for module in self.modules() if isinstance(module, nn.BatchNorm2d)]
        return (self.stem, *list(self.blocks)[:_FROZEN_BLOCKS], *norms)

    def translate(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {_own_name(name): tensor for name, tensor in tensors.items()}


class PreActivation(nn.Module):
    """Normalise and rectify before each convolution; a changed shape is projected from the first activation."""

    def __init__(self, in_channels: int, block: _Block) -> None:
        super().__init__()
        inputs = (in_channels, *(conv.channels for conv in block.convs))
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for channels in inputs[:-1])
        self.convs = nn.ModuleList(
            nn.Conv2d(
                channels,
                conv.channels,
                conv.kernel,
                stride=block.stride if index == 0 else 1,
                padding=conv.dilation * (conv.kernel // 2),
                dilation=conv.dilation,
                bias=False,
            )
            for index, (channels, conv) in enumerate(zip(inputs[:-1], block.convs, strict=True))
        )
        self.shortcut: nn.Conv2d | None = None
        if block.stride > 1 or in_channels != inputs[-1]:
            self.shortcut = nn.Conv2d(in_channels, inputs[-1], 1, stride=block.stride, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout2d(block.dropout)

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, H, W] → [B, out_channels, ceil(H / stride), ceil(W / stride)]."""
        activated = self.relu(self.norms[0](features))
        residual: Tensor = features if self.shortcut is None else self.shortcut(activated)
        branch = self.convs[0](activated)
        for norm, conv in zip(list(self.norms)[1:], list(self.convs)[1:], strict=True):
            branch = conv(self.dropout(self.relu(norm(branch))))
        summed: Tensor = residual + branch
        return summed


def _own_name(public: str) -> str:
    """`b4_2.bn_branch2a.weight` → `blocks.8.norms.0.weight`."""
    fixed = public.replace("conv1a.", "stem.").replace("bn7.", "norm.")
    parts = re.match(r"(b\d(?:_\d)?)\.(\w+)\.(\w+)", fixed)
    if parts is None or parts[1] not in _BLOCK_POSITIONS or parts[2] not in _PUBLIC_PARTS:
        return fixed
    return f"blocks.{_BLOCK_POSITIONS[parts[1]]}.{_PUBLIC_PARTS[parts[2]]}.{parts[3]}"


_BLOCK_POSITIONS = {block.name: position for position, block in enumerate(_BLOCKS)}
