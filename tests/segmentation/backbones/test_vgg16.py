"""VGG-16: public names, the change of input convention, and the strides of PSA."""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from segmentation.backbones.loading import load_weights
from segmentation.backbones.vgg16 import VGG16

_WIDTHS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
_CAFFE_NAMES = "1_1 1_2 2_1 2_2 3_1 3_2 3_3 4_1 4_2 4_3 5_1 5_2 5_3".split()
_TORCHVISION_POSITIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def _public_state(names: list[str]) -> dict[str, Tensor]:
    torch.manual_seed(0)
    state: dict[str, Tensor] = {}
    for name, inputs, outputs in zip(names, (3, *_WIDTHS[:-1]), _WIDTHS, strict=True):
        state[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5
        state[f"{name}.bias"] = torch.randn(outputs) * 0.1
    return state


def _torchvision_state() -> dict[str, Tensor]:
    return _public_state([f"features.{position}" for position in _TORCHVISION_POSITIONS])


def _caffe_state() -> dict[str, Tensor]:
    state = _public_state([f"conv{name}" for name in _CAFFE_NAMES])
    state |= {"fc6.weight": torch.randn(1024, 512, 3, 3) * 0.02, "fc6.bias": torch.zeros(1024)}
    return state | {"fc7.weight": torch.randn(1024, 1024, 1, 1) * 0.04, "fc7.bias": torch.zeros(1024)}


def _loaded(state: dict[str, Tensor], folder: Path) -> VGG16:
    torch.save(state, folder / "vgg16.pth")
    backbone = VGG16().eval()
    load_weights(backbone, folder / "vgg16.pth")
    return backbone


def _pool(features: Tensor, stride: int) -> Tensor:
    return functional.max_pool2d(functional.pad(features, (1, 1, 1, 1), value=float("-inf")), 3, stride)


def test_caffe_weights_give_what_the_layers_written_out_give(tmp_path: Path) -> None:
    state = _caffe_state()
    images = torch.randint(0, 256, (1, 3, 40, 57)).float()
    features = images[:, [2, 1, 0]] - torch.tensor([104.008, 116.669, 122.675]).view(3, 1, 1)
    for name in _CAFFE_NAMES:
        dilation = 2 if name.startswith("5") else 1
        weight, bias = state[f"conv{name}.weight"], state[f"conv{name}.bias"]
        features = functional.conv2d(features, weight, bias, padding=dilation, dilation=dilation).relu()
        if name in ("1_2", "2_2", "3_3"):
            features = _pool(features, 2)
        elif name == "4_3":
            features = _pool(features, 1)
    features = functional.conv2d(features, state["fc6.weight"], state["fc6.bias"], padding=1).relu()
    expected = functional.conv2d(features, state["fc7.weight"], state["fc7.bias"]).relu()
    with torch.no_grad():
        actual = _loaded(state, tmp_path)(images)
    assert actual.shape == (1, 1024, 5, 8)
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-3)


def test_torchvision_weights_answer_as_with_their_own_input(tmp_path: Path) -> None:
    """RGB over ImageNet's deviation became BGR minus Caffe's mean: equal within the border of one pixel."""
    state = _torchvision_state()
    backbone = _loaded(state, tmp_path)
    images = torch.randint(0, 256, (1, 3, 12, 12)).float()
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    first = functional.conv2d((images / 255 - mean) / std, state["features.0.weight"], state["features.0.bias"])
    with torch.no_grad():
        actual = backbone.layers.conv1_1(backbone.normalise(images))[:, :, 1:-1, 1:-1]
    torch.testing.assert_close(actual, first, rtol=1e-4, atol=1e-4)
    assert torch.equal(backbone.layers.conv5_3.weight, state["features.28.weight"])


def test_torchvision_weights_leave_fc6_and_fc7_at_random(tmp_path: Path) -> None:
    torch.save(_torchvision_state() | {"classifier.0.bias": torch.zeros(4096)}, tmp_path / "vgg16.pth")
    backbone = VGG16()
    report = load_weights(backbone, tmp_path / "vgg16.pth")
    assert set(report.initialised) == {f"layers.fc{n}.{part}" for n in (6, 7) for part in ("weight", "bias")}
    assert set(backbone.random_parameters) == set(report.initialised)
    assert report.ignored == ("classifier.0.bias",)


def test_conv1_and_conv2_are_frozen() -> None:
    frozen = {name for name, parameter in VGG16().named_parameters() if not parameter.requires_grad}
    assert frozen == {
        f"layers.conv{n}.{part}" for n in ("1_1", "1_2", "2_1", "2_2") for part in ("weight", "bias")
    }


def test_dropout_follows_fc6_and_fc7_as_in_psa() -> None:
    layers = [name for name, _ in VGG16().layers.named_children()]
    assert layers[layers.index("fc6") :] == ["fc6", "relu6", "drop6", "fc7", "relu7", "drop7"]


def test_only_dropout_tells_training_from_evaluation() -> None:
    backbone = VGG16()
    images = torch.randint(0, 256, (1, 3, 16, 16))
    with torch.no_grad():
        assert not torch.equal(backbone.train()(images), backbone(images))
        assert torch.equal(backbone.eval()(images), backbone(images))


def test_up_to_pool5a_it_is_deeplabs_and_nothing_is_frozen(tmp_path: Path) -> None:
    state = _caffe_state()
    images = torch.randint(0, 256, (1, 3, 40, 57)).float()
    torch.save(state, tmp_path / "vgg16.pth")
    whole, pooled = VGG16().eval(), VGG16(pool5=True).eval()
    load_weights(whole, tmp_path / "vgg16.pth")
    report = load_weights(pooled, tmp_path / "vgg16.pth")
    assert report.ignored == ("fc6.weight", "fc6.bias", "fc7.weight", "fc7.bias")
    assert not report.initialised
    with torch.no_grad():
        conv5 = whole.layers[: list(dict(whole.layers.named_children())).index("fc6")](whole.normalise(images))
        expected = functional.avg_pool2d(functional.pad(_pool(conv5, 1), (1, 1, 1, 1)), 3, 1)
        torch.testing.assert_close(pooled(images), expected)
    assert pooled.channels == 512
    assert all(parameter.requires_grad for parameter in pooled.parameters())
