"""Models of `transformers` with few random weights, saved as folders of the hub are."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

MEAN, STD = (0.5, 0.25, 0.125), (0.5, 0.25, 0.2)


def _resnet() -> Any:
    from transformers import ResNetConfig, ResNetModel

    return ResNetModel(ResNetConfig(embedding_size=8, hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 1, 1]))


def _convnext() -> Any:
    from transformers import ConvNextConfig, ConvNextModel

    return ConvNextModel(ConvNextConfig(hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 2, 1]))


def _vit() -> Any:
    from transformers import ViTConfig, ViTModel

    return ViTModel(ViTConfig(image_size=64, patch_size=16, **_TRANSFORMER))


def _dinov2() -> Any:
    from transformers import Dinov2Config, Dinov2Model

    return Dinov2Model(Dinov2Config(image_size=56, patch_size=14, **_TRANSFORMER))


def _swin() -> Any:
    from transformers import SwinConfig, SwinModel

    return SwinModel(
        SwinConfig(image_size=64, embed_dim=8, depths=[1, 1, 2, 1], num_heads=[1, 2, 2, 4], window_size=4)
    )


def _clip() -> Any:
    from transformers import CLIPConfig, CLIPModel

    text = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return CLIPModel(
        CLIPConfig(
            text_config=text | {"vocab_size": 30},
            vision_config={"image_size": 64, "patch_size": 32, **_TRANSFORMER},
            projection_dim=8,
        )
    )


_TRANSFORMER: Mapping[str, int] = {
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
MODELS: Mapping[str, Callable[[], Any]] = {
    "resnet": _resnet,
    "convnext": _convnext,
    "vit": _vit,
    "dinov2": _dinov2,
    "swin": _swin,
    "clip": _clip,
}


def hub_model(kind: str, folder: Path) -> Any:
    """A model of that kind, saved in `folder` with the configuration of its preprocessor."""
    torch.manual_seed(0)
    model = MODELS[kind]().eval()
    model.save_pretrained(folder)
    preprocessor = {"do_normalize": True, "image_mean": MEAN, "image_std": STD, "rescale_factor": 1 / 255}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    return model
