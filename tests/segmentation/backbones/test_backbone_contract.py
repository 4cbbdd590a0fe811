"""One contract over every backbone, and every kind of model of `transformers`, with random weights."""

import pytest
import torch
from torch import nn

from segmentation.backbones.catalog import BACKBONE_NAMES
from segmentation.backbones.contract import Backbone
from segmentation.backbones.loading import load_backbone
from segmentation.backbones.resnet import ResNet
from tests.segmentation.backbones.tiny_hub_models import MODELS, hub_model


@pytest.fixture(scope="module", params=[*BACKBONE_NAMES, *MODELS])
def backbone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    torch.manual_seed(0)
    if request.param in MODELS:
        pytest.importorskip("transformers")
        folder = tmp_path_factory.mktemp(request.param)
        hub_model(request.param, folder)
        return load_backbone(f"hf:{folder}", "packaged")
    if request.param == "resnet152":
        # Its class and stride, in a hundredth of the time.
        return ResNet((1, 1, 1, 2), stride=32, width=8)
    return load_backbone(request.param)


def _cells(size: int, stride: int) -> int:
    return -(-size // stride)


@pytest.mark.parametrize("size", [(64, 64), (65, 50), (1, 33)])
def test_shape_is_the_ceiling_of_size_over_stride(backbone: Backbone, size: tuple[int, int]) -> None:
    height, width = size
    with torch.no_grad():
        features = backbone.eval()(torch.randint(0, 256, (2, 3, height, width), dtype=torch.uint8))
    assert features.shape == (
        2,
        backbone.channels,
        _cells(height, backbone.stride),
        _cells(width, backbone.stride),
    )
    assert features.dtype == torch.float32
    assert torch.isfinite(features).all()


@pytest.mark.parametrize("size", [(64, 64), (65, 50)])
def test_surfaces_lie_on_the_same_cells_as_features(backbone: Backbone, size: tuple[int, int]) -> None:
    images = torch.randint(0, 256, (2, 3, *size), dtype=torch.uint8)
    with torch.no_grad():
        features, mid_features = backbone.eval().cells(images)
        assert torch.equal(features, backbone(images))
    assert mid_features.shape[0] == features.shape[0]
    assert mid_features.shape[-2:] == features.shape[-2:]
    assert not torch.equal(features[:, :1], mid_features[:, :1])
    assert (mid_features.flatten(2).std(dim=-1).amax(dim=1) > 0).all()


def test_frozen_parts_and_statistics_stay_in_evaluation(backbone: Backbone) -> None:
    backbone.train()
    assert backbone.training
    for module in backbone.frozen_modules():
        assert not any(part.training for part in module.modules())
        assert not any(parameter.requires_grad for parameter in module.parameters())
    norms = [module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d)]
    assert not any(norm.training for norm in norms)


def test_a_step_changes_trained_parts_alone(backbone: Backbone) -> None:
    backbone.train()
    frozen = {id(parameter) for parameter in backbone.parameters() if not parameter.requires_grad}
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    trained = [parameter for parameter in backbone.parameters() if parameter.requires_grad]
    assert trained

    backbone.zero_grad()
    backbone(torch.randint(0, 256, (2, 3, 48, 48))).square().mean().backward()
    assert all(parameter.grad is not None for parameter in trained)
    torch.optim.SGD(trained, lr=1e-3).step()

    after = backbone.state_dict()
    unchanged = {name for name, tensor in before.items() if torch.equal(tensor, after[name])}
    names = {name for name, parameter in backbone.named_parameters() if id(parameter) in frozen}
    statistics = {name for name in before if name.endswith(("running_mean", "running_var", "num_batches_tracked"))}
    assert names | statistics <= unchanged
    backbone.load_state_dict(before)


def test_first_and_last_layers_are_where_they_belong(backbone: Backbone) -> None:
    """The last convolution is trained; a frozen one never stands behind a trained one."""
    layers = [value for name, value in backbone.named_parameters() if value.ndim > 1 and name.endswith("weight")]
    flags = [parameter.requires_grad for parameter in layers]
    assert flags[-1]
    assert flags == sorted(flags)


def test_normalisation_is_applied_inside(backbone: Backbone) -> None:
    rgb = torch.tensor([10.0, 100.0, 200.0]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    recipe = backbone.normalisation
    ordered = (200.0, 100.0, 10.0) if recipe.bgr else (10.0, 100.0, 200.0)
    expected = [(value - mean) / std for value, mean, std in zip(ordered, recipe.mean, recipe.std, strict=True)]
    assert backbone.normalise(rgb)[0, :, 5, 5].tolist() == pytest.approx(expected, rel=1e-5)
    with torch.no_grad():
        assert torch.equal(backbone.eval()(rgb), backbone.stages(backbone.normalise(rgb)).features)


def test_bytes_and_floats_give_the_same(backbone: Backbone) -> None:
    images = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(backbone.eval()(images), backbone(images.float()))
