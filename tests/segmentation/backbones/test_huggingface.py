"""Models of `transformers` as backbones: their own features, on the cells where they belong, or what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

pytest.importorskip("transformers")

from segmentation.backbones.catalog import backbone_entry, weights_path
from segmentation.backbones.contract import Backbone
from segmentation.backbones.loading import load_backbone
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.localization.run import load_localizer, train_localizer
from segmentation.training.config import MachineOptions, TrainingOptions
from shared_runtime.errors import InputError
from tests.segmentation.backbones.tiny_hub_models import MEAN, STD, hub_model

STRIDES = {"resnet": 16, "convnext": 16, "vit": 16, "dinov2": 14, "swin": 16, "clip": 32}


def loaded(kind: str, folder: Path) -> Backbone:
    hub_model(kind, folder)
    return load_backbone(f"hf:{folder}", "packaged").eval()


def _normalised(images: Tensor) -> Tensor:
    return (images / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


@pytest.mark.parametrize("kind", ["vit", "dinov2", "clip"])
def test_tokens_are_the_models_own(kind: str, tmp_path: Path) -> None:
    model = hub_model(kind, tmp_path)
    backbone = load_backbone(f"hf:{tmp_path}", "packaged").eval()
    stride = STRIDES[kind]
    images = torch.randint(0, 256, (2, 3, 4 * stride, 2 * stride))
    tower = getattr(model, "vision_model", model)
    options = {} if kind == "dinov2" else {"interpolate_pos_encoding": True}
    with torch.no_grad():
        tokens = tower(_normalised(images), **options).last_hidden_state
        features = backbone(images)
    assert backbone.stride == stride
    assert backbone.first_cell == (stride - 1) / 2
    for row, column in ((0, 0), (2, 1), (3, 0)):
        torch.testing.assert_close(features[:, :, row, column], tokens[:, 1 + 2 * row + column])


@pytest.mark.parametrize("kind", ["resnet", "convnext", "swin"])
def test_the_last_stage_of_a_pyramid_is_interpolated_to_cells_of_stride_16(kind: str, tmp_path: Path) -> None:
    model = hub_model(kind, tmp_path)
    backbone = load_backbone(f"hf:{tmp_path}", "packaged").eval()
    images = torch.randint(0, 256, (2, 3, 256, 128))
    options = {"always_partition": True} if kind == "swin" else {}
    with torch.no_grad():
        last = model(_normalised(images), **options).last_hidden_state
        features = backbone(images)
    if last.ndim == 3:
        last = last.transpose(1, 2).reshape(2, -1, 8, 4)
    assert features.shape == (2, last.shape[1], 16, 8)
    if kind == "resnet":
        # Cell 2i is cell i of stride 32: both are centred on pixel 32 i.
        torch.testing.assert_close(features[..., ::2, ::2], last)
        torch.testing.assert_close(features[..., 1:-1:2, ::2], (last[..., :-1, :] + last[..., 1:, :]) / 2)
    else:
        # Patch 2i + 1 of 16 pixels is centred a quarter of 32 pixels beyond patch i of 32.
        inner = 0.75 * last[..., :-1, :] + 0.25 * last[..., 1:, :]
        inner = 0.75 * inner[..., :-1] + 0.25 * inner[..., 1:]
        torch.testing.assert_close(features[..., 1:-1:2, 1:-1:2], inner)


@pytest.mark.parametrize("kind", ["resnet", "convnext"])
def test_cells_lie_where_the_contract_says(kind: str, tmp_path: Path) -> None:
    """Convolutions that look straight ahead alone: a cell then sees as far on either side of its centre."""
    backbone = loaded(kind, tmp_path)
    with torch.no_grad():
        for module in backbone.modules():
            if isinstance(module, nn.Conv2d) and module.kernel_size[0] % 2:
                middle = module.kernel_size[0] // 2
                straight = module.weight[..., middle, middle].clone()
                module.weight.zero_()
                module.weight[..., middle, middle] = straight
    images = (torch.rand(1, 3, 128, 129) * 255).requires_grad_()
    backbone.cells(images).mid_features[0, :, 2, 3].sum().backward()
    assert images.grad is not None
    rows, columns = (images.grad[0].abs().sum(dim=(0, axis)).nonzero().flatten() for axis in (2, 1))
    assert (rows.min() + rows.max()) / 2 == backbone.first_cell + 2 * backbone.stride
    assert (columns.min() + columns.max()) / 2 == backbone.first_cell + 3 * backbone.stride


@pytest.mark.parametrize("kind", ["vit", "convnext", "swin"])
def test_padding_is_the_mean_colour_and_behind(kind: str, tmp_path: Path) -> None:
    backbone = loaded(kind, tmp_path)
    images = torch.randint(0, 256, (1, 3, 60, 33)).float()
    padded = (torch.tensor(MEAN) * 255).view(1, 3, 1, 1).repeat(1, 1, 64, 48 if kind == "vit" else 64)
    padded[:, :, :60, :33] = images
    with torch.no_grad():
        torch.testing.assert_close(backbone(images), backbone(padded)[..., :4, :3], rtol=1e-4, atol=1e-5)


def test_small_images_do_not_change_what_large_ones_give(tmp_path: Path) -> None:
    backbone = loaded("swin", tmp_path)
    images = torch.randint(0, 256, (1, 3, 256, 256))
    with torch.no_grad():
        before = backbone(images)
        backbone(images[..., :40, :40])
        assert torch.equal(backbone(images), before)


def test_random_weights_are_not_those_of_the_folder(tmp_path: Path) -> None:
    hub_model("vit", tmp_path)
    torch.manual_seed(7)
    images = torch.randint(0, 256, (1, 3, 64, 64))
    with torch.no_grad():
        random = load_backbone(f"hf:{tmp_path}").eval()(images)
        packaged = load_backbone(f"hf:{tmp_path}", weights_path(f"hf:{tmp_path}", "packaged")).eval()(images)
    assert not torch.allclose(random, packaged)


def test_a_processor_that_does_nothing_gives_values_of_0_to_255(tmp_path: Path) -> None:
    hub_model("vit", tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    options = {"image_processor": {"do_rescale": False, "do_normalize": False}}
    (tmp_path / "processor_config.json").write_text(json.dumps(options))
    backbone = load_backbone(f"hf:{tmp_path}")
    images = torch.rand(1, 3, 16, 16) * 255
    torch.testing.assert_close(backbone.normalise(images), images)


def test_a_folder_without_a_preprocessor_is_told(tmp_path: Path) -> None:
    hub_model("resnet", tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(InputError, match=r"got no preprocessor_config\.json"):
        load_backbone(f"hf:{tmp_path}")


def test_incomplete_weights_are_told(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    hub_model("vit", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    gone = next(name for name in tensors if name.endswith("query.weight") or name.endswith("q_proj.weight"))
    del tensors[gone]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match="not the weights of ViTModel"):
        load_backbone(f"hf:{tmp_path}", "packaged")


def test_a_model_of_texts_is_told(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    BertModel(config).save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(InputError, match="expected a model of images"):
        load_backbone(f"hf:{tmp_path}", "packaged")


def test_a_name_that_is_nowhere_says_how_to_get_it() -> None:
    with pytest.raises(InputError, match="hf download nobody/no-such-model"):
        load_backbone("hf:nobody/no-such-model")
    assert backbone_entry("hf:nobody/no-such-model").options == {"path": "nobody/no-such-model"}


def test_a_localizer_is_trained_on_it_and_opened_again(small_run: Any, tmp_path: Path) -> None:
    hub_model("resnet", tmp_path / "model")
    config = LocalizerConfig(
        backbone=f"hf:{tmp_path / 'model'}",
        weights="packaged",
        network=LocalizationOptions(d_cls=8, attributes=False),
        training=TrainingOptions(epochs=1, batch_size=2),
    )
    config = config.model_validate(config.model_dump() | {"crop": {"size": 64}})
    machine = MachineOptions(device="cpu", workers=0)
    train_localizer([small_run.images], small_run.labels, tmp_path / "run", config, machine)
    network = load_localizer(tmp_path / "run").network
    assert network.backbone.stride == 16
    with torch.no_grad():
        maps = network(torch.randint(0, 256, (1, 3, 65, 81)))
        assert network.class_heatmaps(maps.cls, [1, 2]).shape == (1, 2, 5, 6)
