"""ViT-S/16 against transformers' own forward pass, and the names of public checkpoints."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

pytest.importorskip("transformers")

from segmentation.backbones.loading import load_weights
from segmentation.backbones.vit import DropPath, ViTSmall16


@pytest.fixture(scope="module")
def backbone() -> ViTSmall16:
    torch.manual_seed(0)
    return ViTSmall16(layers=2).eval()


def _timm_state(backbone: ViTSmall16) -> dict[str, Tensor]:
    """The weights of `backbone` as timm and DINO store them."""
    state = {name.removeprefix("vit."): tensor for name, tensor in backbone.state_dict().items()}
    timm = {
        "cls_token": state["embeddings.cls_token"],
        "pos_embed": state["embeddings.position_embeddings"],
        "head.weight": torch.zeros(1000, 384),
    }
    for part in ("weight", "bias"):
        timm[f"patch_embed.proj.{part}"] = state[f"embeddings.patch_embeddings.projection.{part}"]
        timm[f"norm.{part}"] = state[f"layernorm.{part}"]
        for index in (0, 1):
            own, public = f"layers.{index}", f"blocks.{index}"
            attention = [state[f"{own}.attention.{kind}_proj.{part}"] for kind in "qkv"]
            timm[f"{public}.attn.qkv.{part}"] = torch.cat(attention)
            timm[f"{public}.attn.proj.{part}"] = state[f"{own}.attention.o_proj.{part}"]
            timm[f"{public}.norm1.{part}"] = state[f"{own}.layernorm_before.{part}"]
            timm[f"{public}.norm2.{part}"] = state[f"{own}.layernorm_after.{part}"]
            timm[f"{public}.mlp.fc1.{part}"] = state[f"{own}.mlp.fc1.{part}"]
            timm[f"{public}.mlp.fc2.{part}"] = state[f"{own}.mlp.fc2.{part}"]
    return timm


def _hub_state(backbone: ViTSmall16) -> dict[str, Tensor]:
    """The weights as models on the Hugging Face hub name them."""
    renamed = {"q_proj": "attention.query", "k_proj": "attention.key", "v_proj": "attention.value"}
    renamed["o_proj"] = "output.dense"
    hub: dict[str, Tensor] = {"classifier.bias": torch.zeros(1000)}
    for name, tensor in backbone.state_dict().items():
        public = name.replace("vit.layers.", "vit.encoder.layer.")
        public = public.replace("mlp.fc1.", "intermediate.dense.").replace("mlp.fc2.", "output.dense.")
        for own, theirs in renamed.items():
            public = public.replace(own, theirs)
        hub[public] = tensor
    return hub


def test_at_its_own_size_it_is_the_model_of_transformers(backbone: ViTSmall16) -> None:
    from transformers import ViTModel

    reference = ViTModel(backbone.vit.config, add_pooling_layer=False).eval()
    reference.load_state_dict(backbone.vit.state_dict())
    images = torch.randint(0, 256, (1, 3, 224, 224)).float()
    with torch.no_grad():
        tokens = reference(images / 127.5 - 1).last_hidden_state
        features = backbone(images)
    assert features.shape == (1, 384, 14, 14)
    torch.testing.assert_close(features[0, :, 3, 5], tokens[0, 1 + 3 * 14 + 5], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(features.flatten(2).transpose(1, 2), tokens[:, 1:], rtol=1e-4, atol=1e-5)


def test_positions_are_resized_bilinearly(backbone: ViTSmall16) -> None:
    positions = backbone.vit.embeddings.position_embeddings
    grid = positions[0, 1:].T.reshape(1, 384, 14, 14)
    resized = backbone.vit.embeddings.interpolate_pos_encoding(torch.empty(0), 48, 384)
    expected = functional.interpolate(grid, size=(3, 24), mode="bilinear", align_corners=False)
    assert torch.equal(resized[:, 0], positions[:, 0])
    torch.testing.assert_close(resized[0, 1:], expected[0].flatten(1).T)


def test_padding_is_grey_and_behind(backbone: ViTSmall16) -> None:
    images = torch.randint(0, 256, (1, 3, 30, 33)).float()
    padded = torch.full((1, 3, 32, 48), 127.5)
    padded[:, :, :30, :33] = images
    with torch.no_grad():
        assert torch.equal(backbone(images), backbone(padded))


@pytest.mark.parametrize("public_state", [_timm_state, _hub_state])
def test_public_names_load(backbone: ViTSmall16, public_state: object, tmp_path: Path) -> None:
    torch.save(public_state(backbone), tmp_path / "vit.pth")  # type: ignore[operator]
    loaded = ViTSmall16(layers=2).eval()
    report = load_weights(loaded, tmp_path / "vit.pth")
    assert report.initialised == ()
    assert len(report.ignored) == 1
    images = torch.randint(0, 256, (1, 3, 64, 64))
    with torch.no_grad():
        assert torch.equal(loaded(images), backbone(images))


def test_positions_of_another_image_size_are_put_on_our_grid(backbone: ViTSmall16, tmp_path: Path) -> None:
    state = _timm_state(backbone)
    rows = torch.arange(24.0).view(24, 1, 1).expand(24, 24, 384)
    state["pos_embed"] = torch.cat([torch.full((1, 384), -1.0), rows.reshape(-1, 384)]).unsqueeze(0)
    torch.save(state, tmp_path / "vit.pth")
    loaded = ViTSmall16(layers=2)
    load_weights(loaded, tmp_path / "vit.pth")
    positions = loaded.vit.embeddings.position_embeddings
    assert positions.shape == (1, 197, 384)
    assert positions[0, 0].tolist() == [-1.0] * 384
    expected = (torch.arange(14) + 0.5) * 24 / 14 - 0.5
    torch.testing.assert_close(positions[0, 1:].view(14, 14, 384)[:, 7, 0], expected)


def test_cells_lie_where_the_contract_says() -> None:
    """Without attention a cell sees its patch alone, as far on either side of the centre of the cell."""
    backbone = ViTSmall16(layers=0)
    images = torch.rand(1, 3, 64, 81, requires_grad=True)
    backbone(images)[0, 0, 1, 2].backward()
    assert images.grad is not None
    rows, columns = (images.grad[0].abs().sum(dim=(0, axis)).nonzero().flatten() for axis in (2, 1))
    assert (rows.min() + rows.max()) / 2 == backbone.first_cell + backbone.stride
    assert (columns.min() + columns.max()) / 2 == backbone.first_cell + 2 * backbone.stride


def test_branches_are_left_out_in_training_alone(backbone: ViTSmall16) -> None:
    assert [layer.dropout.rate for layer in ViTSmall16(layers=3).vit.layers] == pytest.approx([0, 0.05, 0.1])
    torch.manual_seed(0)
    drop, branch = DropPath(0.25), torch.ones(4000, 2, 3)
    found = drop(branch)
    assert torch.equal(found, found[:, :1, :1].expand_as(found))
    assert found.unique().tolist() == pytest.approx([0, 4 / 3])
    assert found.mean().item() == pytest.approx(1, abs=0.03)
    assert drop.eval()(branch) is branch
    image = torch.full((1, 3, 32, 32), 80.0)
    assert torch.equal(backbone(image), backbone(image))
