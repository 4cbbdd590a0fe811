"""ResNet-50 at output stride 16, as in IRN and in the paper: the last stage keeps its resolution, undilated.

ResNet-152, as in DSVE, is at stride 32. Parameters carry torchvision's names, so its checkpoints load as they are.
"""

from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells

_EXPANSION = 4


class ResNet(Backbone):
    """2,048 channels: 321² gives 21 × 21 cells at stride 16, 11 × 11 at 32. Stem, layer1 and layer2 are frozen."""

    classifier_prefixes = ("fc.",)

    def __init__(self, blocks: tuple[int, int, int, int], *, stride: int = 16, width: int = 64) -> None:
        """`blocks` of each stage; `stride` 16 or 32, with that of the last stage; `width` of the first one."""
        super().__init__()
        self.stride = stride
        self.channels = 8 * width * _EXPANSION
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(width, width, blocks=blocks[0], stride=1)
        self.layer2 = _stage(width * _EXPANSION, 2 * width, blocks=blocks[1], stride=2)
        self.layer3 = _stage(2 * width * _EXPANSION, 4 * width, blocks=blocks[2], stride=2)
        self.layer4 = _stage(4 * width * _EXPANSION, 8 * width, blocks=blocks[3], stride=stride // 16)
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        stem = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        third = self.layer3(self.layer2(self.layer1(stem)))
        first = self.layer4[0](third)
        # Of the first stage whose cells are the last one's; where the last one strides, of its first block.
        return Cells(self.layer4[1:](first), third if self.stride == 16 else first)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return (self.conv1, self.bn1, self.layer1, self.layer2)


class Bottleneck(nn.Module):
    """Narrow, filter (with the stride, as in torchvision), widen, add to the input."""

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        out_channels = width * _EXPANSION
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module = nn.Identity()
        if in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Shape: [B, in_channels, H, W] → [B, 4 * width, ceil(H / stride), ceil(W / stride)]."""
        branch = self.relu(self.bn1(self.conv1(features)))
        branch = self.relu(self.bn2(self.conv2(branch)))
        summed: Tensor = self.relu(self.bn3(self.conv3(branch)) + self.downsample(features))
        return summed


def _stage(in_channels: int, width: int, *, blocks: int, stride: int) -> nn.Sequential:
    """Only the first block strides and changes the number of channels."""
    rest = [Bottleneck(width * _EXPANSION, width, stride=1) for _ in range(blocks - 1)]
    return nn.Sequential(Bottleneck(in_channels, width, stride), *rest)
