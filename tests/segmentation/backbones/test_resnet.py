"""ResNet-50 against the ResNet of transformers with the same weights."""

import re

import pytest
import torch
from torch import Tensor

from segmentation.backbones.loading import load_backbone, load_classifier, load_weights


def _torchvision_name(name: str) -> str | None:
    """`encoder.stages.0.layers.1.layer.2.convolution.weight` → `layer1.1.conv3.weight`."""
    kinds = {"convolution": "conv", "normalization": "bn"}
    stem = re.fullmatch(r"embedder\.embedder\.(\w+)\.(\w+)", name)
    if stem:
        return f"{kinds[stem[1]]}1.{stem[2]}"
    branch = re.fullmatch(r"encoder\.stages\.(\d)\.layers\.(\d)\.layer\.(\d)\.(\w+)\.(\w+)", name)
    if branch:
        return f"layer{int(branch[1]) + 1}.{branch[2]}.{kinds[branch[4]]}{int(branch[3]) + 1}.{branch[5]}"
    shortcut = re.fullmatch(r"encoder\.stages\.(\d)\.layers\.(\d)\.shortcut\.(\w+)\.(\w+)", name)
    if shortcut:
        position = 0 if shortcut[3] == "convolution" else 1
        return f"layer{int(shortcut[1]) + 1}.{shortcut[2]}.downsample.{position}.{shortcut[4]}"
    return None


@pytest.fixture(scope="module")
def reference() -> torch.nn.Module:
    """transformers' ResNet-50 with random weights and statistics; its last stage strides no more."""
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    model = ResNetModel(ResNetConfig()).eval()
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 2)
    first = model.encoder.stages[3].layers[0]
    first.layer[1].convolution.stride = (1, 1)
    first.shortcut.convolution.stride = (1, 1)
    return model


@pytest.fixture(scope="module")
def torchvision_state(reference: torch.nn.Module) -> dict[str, Tensor]:
    named = {_torchvision_name(name): tensor for name, tensor in reference.state_dict().items()}
    assert None not in named
    state = {name: tensor for name, tensor in named.items() if name is not None}
    return state | {"fc.weight": torch.rand(1000, 2048), "fc.bias": torch.rand(1000)}


def test_features_equal_those_of_transformers(
    reference: torch.nn.Module, torchvision_state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("resnet50") / "resnet50.pth"
    torch.save(torchvision_state, path)
    backbone = load_backbone("resnet50")
    report = load_weights(backbone, path)
    assert report.initialised == ()
    assert report.ignored == ("fc.weight", "fc.bias")
    images = torch.randint(0, 256, (1, 3, 65, 97)).double()
    mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).view(3, 1, 1)
    with torch.no_grad():
        features = backbone.eval().double()(images)
        expected = reference.double()((images / 255 - mean) / std).last_hidden_state
    assert features.shape == (1, 2048, 5, 7)
    torch.testing.assert_close(features, expected, rtol=1e-6, atol=1e-6)
    assert torch.equal(load_classifier("resnet50", path).rows, torchvision_state["fc.weight"])


def test_a_training_image_has_21_by_21_cells() -> None:
    with torch.no_grad():
        assert load_backbone("resnet50").eval()(torch.zeros(1, 3, 321, 321)).shape == (1, 2048, 21, 21)


def test_stem_and_two_stages_are_frozen() -> None:
    with torch.device("meta"):
        parameters = load_backbone("resnet50").named_parameters()
    trained = {name.split(".")[0] for name, parameter in parameters if parameter.requires_grad}
    assert trained == {"layer3", "layer4"}


def test_152_layers_are_named_as_torchvision_names_them() -> None:
    """3, 8, 36 and 3 blocks of three convolutions each, and a fourth in the first block of a stage."""
    with torch.device("meta"):
        state = load_backbone("resnet152").state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items() if tensor.ndim == 4}
    assert len(shapes) == 1 + 3 * (3 + 8 + 36 + 3) + 4
    assert shapes["conv1.weight"] == (64, 3, 7, 7)
    assert shapes["layer3.35.conv2.weight"] == (256, 256, 3, 3)
    assert shapes["layer4.0.downsample.0.weight"] == (2048, 1024, 1, 1)
    assert shapes["layer4.2.conv3.weight"] == (2048, 512, 1, 1)
