"""ViT-S/16 (Dosovitskiy et al. 2021; the size of Touvron et al. 2021), a `transformers` model behind the contract.

Loads timm's and DINO's names (`blocks.0.attn.qkv…`) and those of the Hugging Face hub (`encoder.layer.0…`). The
input is scaled to [-1, 1], as the AugReg weights of timm expect it.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import ViTConfig, ViTModel
from transformers.models.vit.modeling_vit import ViTEmbeddings

from segmentation.backbones.contract import Backbone, Cells, Normalisation

_PATCH = 16
_DROP_PATH = 0.1
"""Of the last layer, in training; it rises from 0 in the first (Strudel et al., Section 4.2)."""
_POSITIONS = "vit.embeddings.position_embeddings"
_NAMES = (
    (r"^vit\.", ""),
    (r"^cls_token$", "embeddings.cls_token"),
    (r"^pos_embed$", "embeddings.position_embeddings"),
    (r"^patch_embed\.proj\.", "embeddings.patch_embeddings.projection."),
    (r"^norm\.", "layernorm."),
    (r"^(?:blocks|encoder\.layer)\.", "layers."),
    (r"\.norm1\.", ".layernorm_before."),
    (r"\.norm2\.", ".layernorm_after."),
    (r"\.attn\.proj\.", ".attention.o_proj."),
    (r"\.attn\.qkv\.", ".attention.qkv."),
    (r"\.attention\.attention\.query\.", ".attention.q_proj."),
    (r"\.attention\.attention\.key\.", ".attention.k_proj."),
    (r"\.attention\.attention\.value\.", ".attention.v_proj."),
    (r"\.attention\.output\.dense\.", ".attention.o_proj."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"\.(\d+)\.output\.dense\.", r".\1.mlp.fc2."),
    (r"^", "vit."),
)
"""Public names to ours, one after the other; ours pass unchanged."""


class ViTSmall16(Backbone):
    """384 channels at stride 16; images are padded with grey, behind, to whole patches. Nothing is frozen."""

    stride = _PATCH
    channels = 384
    first_cell = (_PATCH - 1) / 2
    normalisation = Normalisation(mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))
    classifier_prefixes = ("head.", "classifier.", "pooler.", "vit.pooler.", "fc_norm.", "pre_logits.")

    def __init__(self, layers: int = 12) -> None:
        super().__init__()
        config = ViTConfig(
            hidden_size=self.channels,
            num_hidden_layers=layers,
            num_attention_heads=6,
            intermediate_size=4 * self.channels,
            layer_norm_eps=1e-6,
            image_size=224,
            patch_size=_PATCH,
        )
        self.vit = ViTModel(config, add_pooling_layer=False)
        embeddings = _BilinearEmbeddings(config)
        embeddings.load_state_dict(self.vit.embeddings.state_dict())
        self.vit.embeddings = embeddings
        for layer, rate in zip(self.vit.layers, torch.linspace(0, _DROP_PATH, layers).tolist(), strict=True):
            # It stands at the end of both branches of a layer.
            layer.dropout = DropPath(rate)
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        height, width = images.shape[-2:]
        padded = functional.pad(images, (0, -width % _PATCH, 0, -height % _PATCH))
        output = self.vit(padded, interpolate_pos_encoding=True, output_hidden_states=True)
        states = (*output.hidden_states, output.last_hidden_state)
        middle = states[(len(states) - 1) // 2]
        grid = (padded.shape[-2] // _PATCH, padded.shape[-1] // _PATCH)
        return Cells(_on_grid(output.last_hidden_state, grid), _on_grid(middle, grid))

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()

    def translate(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        own: dict[str, Tensor] = {}
        for name, tensor in tensors.items():
            own.update(_split_qkv(_own_name(name), tensor))
        if _POSITIONS in own:
            own[_POSITIONS] = _resized_positions(own[_POSITIONS], self.state_dict()[_POSITIONS].shape[1])
        return own


class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016): in training, a branch is left out of some of the images of a batch."""

    def __init__(self, rate: float) -> None:
        """`rate`: how likely that is, in [0, 1)."""
        super().__init__()
        self.rate = rate

    def forward(self, branch: Tensor) -> Tensor:
        """Shape: [B, …] → [B, …]; what stays is as much larger as to keep the expectation."""
        if not self.training or not self.rate:
            return branch
        kept = torch.rand(len(branch), *[1] * (branch.dim() - 1), device=branch.device) >= self.rate
        return branch * kept / (1 - self.rate)


class _BilinearEmbeddings(ViTEmbeddings):
    """Position embeddings resized bilinearly, as Segmenter and TSEG do, where transformers does so bicubically."""

    def interpolate_pos_encoding(self, embeddings: Tensor, height: int, width: int) -> Tensor:  # noqa: ARG002
        return _resized_grid(self.position_embeddings, height // _PATCH, width // _PATCH)


def _on_grid(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """Shape: [B, 1 + rows * columns, D] → [B D rows columns]; the class token is dropped."""
    return tokens[:, 1:].transpose(1, 2).reshape(len(tokens), -1, *grid)


def _own_name(public: str) -> str:
    for pattern, replacement in _NAMES:
        public = re.sub(pattern, replacement, public)
    return public


def _split_qkv(name: str, tensor: Tensor) -> dict[str, Tensor]:
    """timm stacks query, key and value in one matrix [3 * 384, 384] (and one bias)."""
    if ".qkv." not in name:
        return {name: tensor}
    return {
        name.replace(".qkv.", f".{part}_proj."): chunk for part, chunk in zip("qkv", tensor.chunk(3), strict=True)
    }


def _resized_positions(positions: Tensor, wanted: int) -> Tensor:
    """Positions of a checkpoint that was trained at another image size, on the grid of ours."""
    if positions.shape[1] == wanted:
        return positions
    side = round((wanted - 1) ** 0.5)
    return _resized_grid(positions, side, side)


def _resized_grid(positions: Tensor, rows: int, columns: int) -> Tensor:
    """Shape: [1, 1 + side², D] of a square grid → [1, 1 + rows * columns, D]; the class token stays."""
    side = round((positions.shape[1] - 1) ** 0.5)
    if (rows, columns) == (side, side):
        return positions
    grid = positions[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
    resized = functional.interpolate(grid, size=(rows, columns), mode="bilinear", align_corners=False)
    return torch.cat([positions[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)
