"""ResNet-38: PSA's names, and one block of each kind against its definition."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from segmentation.backbones.loading import load_weights
from segmentation.backbones.resnet38 import ResNet38

_PLAIN = {"b2": (64, 128, 128), "b3": (128, 256, 256), "b4": (256, 512, 512), "b5": (512, 512, 1024)}
_REPEATS = {"b2": 2, "b3": 2, "b4": 5, "b5": 2}


def _norm(state: dict[str, Tensor], name: str, channels: int) -> None:
    state[f"{name}.weight"] = torch.rand(channels) + 0.5
    state[f"{name}.bias"] = torch.randn(channels) * 0.1
    state[f"{name}.running_mean"] = torch.randn(channels) * 0.1
    state[f"{name}.running_var"] = torch.rand(channels) + 0.5


def _conv(state: dict[str, Tensor], name: str, inputs: int, outputs: int, kernel: int = 3) -> None:
    state[f"{name}.weight"] = torch.randn(outputs, inputs, kernel, kernel) / (kernel * inputs**0.5)


def _public_state() -> dict[str, Tensor]:
    """A checkpoint under the names of PSA's resnet38d, small weights."""
    torch.manual_seed(0)
    state: dict[str, Tensor] = {}
    _conv(state, "conv1a", 3, 64)
    for stage, (inputs, middle, outputs) in _PLAIN.items():
        for block in (stage, *(f"{stage}_{index + 1}" for index in range(_REPEATS[stage]))):
            first = inputs if block == stage else outputs
            _norm(state, f"{block}.bn_branch2a", first)
            _conv(state, f"{block}.conv_branch2a", first, middle)
            _norm(state, f"{block}.bn_branch2b1", middle)
            _conv(state, f"{block}.conv_branch2b1", middle, outputs)
            if block == stage:
                _conv(state, f"{block}.conv_branch1", inputs, outputs, 1)
    for block, inputs, outputs in (("b6", 1024, 2048), ("b7", 2048, 4096)):
        _norm(state, f"{block}.bn_branch2a", inputs)
        _conv(state, f"{block}.conv_branch2a", inputs, outputs // 4, 1)
        _norm(state, f"{block}.bn_branch2b1", outputs // 4)
        _conv(state, f"{block}.conv_branch2b1", outputs // 4, outputs // 2)
        _norm(state, f"{block}.bn_branch2b2", outputs // 2)
        _conv(state, f"{block}.conv_branch2b2", outputs // 2, outputs, 1)
        _conv(state, f"{block}.conv_branch1", inputs, outputs, 1)
    _norm(state, "bn7", 4096)
    return state


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    return _public_state()


@pytest.fixture(scope="module")
def backbone(state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> ResNet38:
    path: Path = tmp_path_factory.mktemp("resnet38") / "res38.pth"
    torch.save(state | {"fc8.weight": torch.zeros(20, 4096, 1, 1)}, path)
    network = ResNet38().eval()
    report = load_weights(network, path)
    assert report.initialised == ()
    assert report.ignored == ("fc8.weight",)
    return network


def _activated(state: dict[str, Tensor], name: str, features: Tensor) -> Tensor:
    statistics = state[f"{name}.running_mean"], state[f"{name}.running_var"]
    return functional.batch_norm(features, *statistics, state[f"{name}.weight"], state[f"{name}.bias"]).relu()


def _written_out(state: dict[str, Tensor], block: str, features: Tensor) -> Tensor:
    """The residual block of PSA by its definition: pre-activation, shortcut from the first activation."""
    strided = block in ("b2", "b3", "b4")
    dilation = {"b5": 2, "b6": 4, "b7": 4}.get(block[:2], 1)
    first = _activated(state, f"{block}.bn_branch2a", features)
    stride = 2 if strided else 1
    if block in ("b6", "b7"):
        branch = functional.conv2d(first, state[f"{block}.conv_branch2a.weight"])
        branch = _activated(state, f"{block}.bn_branch2b1", branch)
        branch = functional.conv2d(
            branch, state[f"{block}.conv_branch2b1.weight"], padding=dilation, dilation=dilation
        )
        branch = _activated(state, f"{block}.bn_branch2b2", branch)
        branch = functional.conv2d(branch, state[f"{block}.conv_branch2b2.weight"])
    else:
        own = 1 if block == "b5" else dilation
        weight = state[f"{block}.conv_branch2a.weight"]
        branch = functional.conv2d(first, weight, stride=stride, padding=own, dilation=own)
        branch = _activated(state, f"{block}.bn_branch2b1", branch)
        weight = state[f"{block}.conv_branch2b1.weight"]
        branch = functional.conv2d(branch, weight, padding=dilation, dilation=dilation)
    if f"{block}.conv_branch1.weight" in state:
        return branch + functional.conv2d(first, state[f"{block}.conv_branch1.weight"], stride=stride)
    return branch + features


def test_features_equal_the_blocks_written_out(backbone: ResNet38, state: dict[str, Tensor]) -> None:
    images = torch.randint(0, 256, (1, 3, 34, 41)).float()
    blocks = [name.removesuffix(".bn_branch2a.weight") for name in state if name.endswith(".bn_branch2a.weight")]
    with torch.no_grad():
        features = functional.conv2d(backbone.normalise(images), state["conv1a.weight"], padding=1)
        for block in blocks:
            features = _written_out(state, block, features)
        expected = _activated(state, "bn7", features)
        actual = backbone(images)
    assert len(blocks) == 17
    assert actual.shape == (1, 4096, 5, 6)
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)


def test_every_public_name_is_known(backbone: ResNet38, state: dict[str, Tensor]) -> None:
    own = {name for name in backbone.state_dict() if not name.endswith("num_batches_tracked")}
    assert set(backbone.translate(state)) == own


def test_stem_first_stage_and_all_statistics_are_frozen(backbone: ResNet38) -> None:
    trained = {name for name, parameter in backbone.named_parameters() if parameter.requires_grad}
    assert not any(".norms." in name or name.startswith(("norm.", "stem.")) for name in trained)
    assert {int(name.split(".")[1]) for name in trained} == set(range(3, 17))


def test_whole_channels_of_the_last_features_drop_out_in_training(backbone: ResNet38) -> None:
    images = torch.randint(0, 256, (1, 3, 17, 17))
    with torch.no_grad():
        evaluated, trained = backbone.eval()(images), backbone.train()(images)
    dropped = (trained == 0).all(dim=(2, 3)) & (evaluated > 0).any(dim=(2, 3))
    backbone.eval()
    # Half of them, but for those that dropout inside the blocks has changed.
    assert 0.4 < float(dropped.sum() / (evaluated > 0).any(dim=(2, 3)).sum()) < 0.6
