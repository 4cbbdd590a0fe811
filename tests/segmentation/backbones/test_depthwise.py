"""Depthwise convolutions against PyTorch's own, forwards and backwards."""

import pytest
import torch
from torch.nn import functional

from segmentation.backbones.depthwise import depthwise_conv2d

GEOMETRIES = [
    # kernel, stride, padding, dilation
    (3, 1, 1, 1),
    (5, 1, 4, 2),
    (5, 2, 2, 1),
    (3, 2, 0, 1),
    (3, 1, 0, 2),
]


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GEOMETRIES)
def test_values_and_gradients_are_those_of_conv2d(kernel: int, stride: int, padding: int, dilation: int) -> None:
    torch.manual_seed(0)
    geometry = ((stride, stride), (padding, padding), (dilation, dilation))
    features = torch.randn(2, 6, 11, 9, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(6, 1, kernel, kernel, dtype=torch.float64, requires_grad=True)
    expected = functional.conv2d(features, weight, None, *geometry, 6)
    found = depthwise_conv2d(features, weight, *geometry)
    torch.testing.assert_close(found, expected)
    upstream = torch.randn_like(expected)
    torch.testing.assert_close(
        torch.autograd.grad(found, (features, weight), upstream),
        torch.autograd.grad(expected, (features, weight), upstream),
    )


def test_what_needs_no_gradient_gets_none() -> None:
    features, weight = torch.randn(1, 4, 5, 5), torch.randn(4, 1, 3, 3, requires_grad=True)
    depthwise_conv2d(features, weight, (1, 1), (1, 1), (1, 1)).sum().backward()
    assert features.grad is None
    # The middle of the kernel sees every value once.
    torch.testing.assert_close(weight.grad[:, 0, 1, 1], features.sum((0, 2, 3)))  # type: ignore[index]


def test_under_autocast_it_computes_in_float32() -> None:
    features, weight = torch.randn(1, 4, 5, 5), torch.randn(4, 1, 3, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = depthwise_conv2d(features.bfloat16(), weight, (1, 1), (1, 1), (1, 1))
    expected = functional.conv2d(features.bfloat16().float(), weight, None, 1, 1, 1, 4)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected)
