"""What every backbone promises to the networks that begin with it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How a backbone's weights expect their input: `(image - mean) / std` per channel, on the scale 0–255.

    `mean` and `std` are in the order of the channels after `bgr` has been applied.
    """

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    bgr: bool = False


IMAGENET = Normalisation(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
"""Mean and standard deviation of ImageNet's channels, as torchvision's and IRN's weights expect them."""


class Cells(NamedTuple):
    """An image as a grid of cells: what the last layer says of them, and a middle one."""

    features: Tensor
    """`[B channels h w]`: what is in a cell."""
    mid_features: Tensor
    """`[B C h w]`, of a middle stage: what a cell looks like. Cells of one object are more alike here than in
    `features`, where the parts that give its class away stand out."""

    def float(self) -> "Cells":
        """The same in 32 bits, whatever the network computed in."""
        return Cells(self.features.float(), self.mid_features.float())


class Backbone(nn.Module, ABC):
    """Images to feature cells: `ceil(H / stride)` by `ceil(W / stride)` cells of `channels` values.

    A subclass sets the attributes below, builds its layers, and calls `freeze()` at the end of its constructor.
    Statistics of batch normalisation never change, whatever the mode: batches are small here. Frozen modules get
    no gradient either, and run as in evaluation (no dropout).
    """

    stride: int
    channels: int
    first_cell: float = 0.0
    """Pixels from the centre of the first pixel to that of the first cell; the others follow at the stride.

    0 for convolutions that are padded alike on both sides, whose cell i is centred on pixel stride * i of inputs
    of stride * k + 1 pixels."""
    normalisation: Normalisation = IMAGENET

    classifier_prefixes: tuple[str, ...] = ()
    """Names in public checkpoints that belong to a classifier on top, which the backbone does not have."""
    optional_prefixes: tuple[str, ...] = ()
    """Own names that a public checkpoint may lack: those layers then start from random weights."""
    random_parameters: tuple[str, ...] = ()
    """The layers of which that is true once a checkpoint was read: new ones, like those on top."""

    _mean: Tensor
    _std: Tensor
    _whole = False

    def __init__(self) -> None:
        super().__init__()
        for name, values in (("_mean", self.normalisation.mean), ("_std", self.normalisation.std)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Shape: images [B 3 H W], RGB, 0–255, any numeric type → features [B channels h w], float."""
        return self.cells(images).features

    def cells(self, images: Tensor) -> Cells:
        """Shape: images [B 3 H W], RGB, 0–255, of any numeric type → ceil(H / stride) × ceil(W / stride).

        Features that were kept, [B channels h w] of any float type, pass as they are, without middle ones.
        """
        if self._whole and images.shape[1] == self.channels:
            features = images.to(self._mean.dtype)
            return Cells(features, features[:, :0])
        return self.stages(self.normalise(images))

    @abstractmethod
    def stages(self, images: Tensor) -> Cells:
        """As `cells`, of normalised images."""

    @abstractmethod
    def frozen_modules(self) -> tuple[nn.Module, ...]:
        """The parts that are never trained."""

    def translate(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Tensors of a public checkpoint under this module's own names; own names pass unchanged."""
        return dict(tensors)

    def normalise(self, images: Tensor) -> Tensor:
        """Shape: [B 3 H W], RGB, 0–255 → [B 3 H W] as the weights expect it."""
        channels = images.flip(1) if self.normalisation.bgr else images
        return (channels.to(self._mean.dtype) - self._mean) / self._std

    def freeze(self) -> None:
        """Take the gradient from frozen modules and put them, and all batch normalisation, in evaluation mode."""
        for module in self.frozen_modules():
            module.requires_grad_(False)
        self.train(self.training)

    def freeze_whole(self) -> None:
        """Take the gradient from all of it, and put it in evaluation mode for good."""
        self._whole = True
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> Self:
        """Set the mode of everything but frozen modules and batch normalisation, which stay in evaluation."""
        super().train(mode and not self._whole)
        for module in self.frozen_modules():
            module.eval()
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self
