"""Depthwise convolutions whose backward pass is fast on CPUs too.

There, PyTorch takes 25 times as long for the gradient of the input of a dilated one as for the convolution with
the mirrored kernel that it equals, and is slower in bfloat16 than in float32. EfficientNet at output stride 16 has
dilated ones, and they took a good part of a training step.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.grad import conv2d_input, conv2d_weight

Pair = tuple[int, ...]


def depthwise_conv2d(features: Tensor, weight: Tensor, stride: Pair, padding: Pair, dilation: Pair) -> Tensor:
    """What `torch.nn.functional.conv2d` gives with a group for each channel; under autocast on CPUs in float32.

    Shape: features [B C H W], weight [C 1 k k] → [B C H' W'].
    """
    geometry = (stride, padding, dilation, features.shape[1])
    differentiated = torch.is_grad_enabled() or torch.is_autocast_enabled("cpu")
    if features.device.type != "cpu" or not differentiated:
        return functional.conv2d(features, weight, None, *geometry)
    if not torch.is_autocast_enabled("cpu"):
        return _convolved(features, weight, geometry)
    with torch.autocast("cpu", enabled=False):
        return _convolved(features.float(), weight, geometry)


def _convolved(features: Tensor, weight: Tensor, geometry: tuple[Any, ...]) -> Tensor:
    convolved: Tensor = _DepthwiseOnCpu.apply(features, weight, geometry)  # type: ignore[no-untyped-call]
    return convolved


class _DepthwiseOnCpu(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, weight: Tensor, geometry: tuple[Any, ...]) -> Tensor:
        context.save_for_backward(features, weight)
        context.geometry = geometry
        return functional.conv2d(features, weight, None, *geometry)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        features, weight = context.saved_tensors
        geometry, (wants_features, wants_weight, _) = context.geometry, context.needs_input_grad
        of_features = _input_gradient(features, weight, gradient, geometry) if wants_features else None
        of_weight = (
            conv2d_weight(features, weight.shape, gradient, *geometry)  # type: ignore[no-untyped-call]
            if wants_weight
            else None
        )
        return of_features, of_weight, None


def _input_gradient(features: Tensor, weight: Tensor, gradient: Tensor, geometry: tuple[Any, ...]) -> Tensor:
    if gradient.shape == features.shape:
        # Of stride 1, then, and padded alike on all sides, as an odd kernel needs.
        return functional.conv2d(gradient, weight.flip(-2, -1), None, *geometry)
    found: Tensor = conv2d_input(features.shape, weight, gradient, *geometry)  # type: ignore[no-untyped-call]
    return found
