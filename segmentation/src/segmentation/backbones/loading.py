"""Backbones with weights from files that users downloaded: read without running what is in them, checked first."""

import logging
import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from segmentation.backbones.catalog import backbone_entry, classifier_prefix, weights_path
from segmentation.backbones.contract import Backbone
from shared_runtime.errors import InputError, MissingResourceError

_log = logging.getLogger(__name__)
_WRAPPERS = ("state_dict", "model", "model_state_dict")
"""Keys under which training scripts store the tensors beside optimizers and counters."""
_SHOWN = 5
_BESIDE = (
    "argparse.Namespace",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
)
"""What training scripts store beside the tensors: their options and scores. None of it is made again."""


class _Ignored:
    """In the place of any of these, whatever it was made from."""

    def __new__(cls, *_: object) -> "_Ignored":
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a checkpoint gave: own names of tensors that were loaded, those that keep their random start, and
    the file's names that were passed over because they belong to a classifier."""

    loaded: tuple[str, ...]
    initialised: tuple[str, ...]
    ignored: tuple[str, ...]


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
    entry = backbone_entry(name)
    module, _, factory = entry.target.partition(":")
    try:
        found = getattr(import_module(f"segmentation.backbones.{module}"), factory)
    except ModuleNotFoundError as error:
        raise MissingResourceError(f"{name} needs {error.name}. Try: pip install {error.name}") from error
    path = None if weights is None else weights_path(name, weights)
    # A folder holds a model of `transformers`, which knows its own names of tensors best.
    own = {"pretrained": True} if path is not None and path.is_dir() else {}
    backbone = cast(Callable[..., Backbone], found)(**entry.options, **own)
    if path is not None and not own:
        load_weights(backbone, path)
    return backbone


def load_classifier(name: str, weights: Path | str) -> LinearClassifier:
    """The ImageNet classifier of a checkpoint, for backbones whose features it reads directly.

    Applied to the features averaged over all cells it gives ImageNet's logits. Raises as `load_backbone` does;
    UsageError for a backbone without such a classifier, InputError for a file without it.
    """
    prefix = classifier_prefix(name)
    path = weights_path(name, weights)
    tensors = read_tensors(path)
    if f"{prefix}weight" not in tensors or f"{prefix}bias" not in tensors:
        raise InputError(f"{path}: no ImageNet classifier in this file ({prefix}weight, {prefix}bias)")
    return LinearClassifier(rows=tensors[f"{prefix}weight"], bias=tensors[f"{prefix}bias"])


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a `.safetensors` file or of a torch file (`.pth`, `.pt`, `.bin`), by name, on the CPU.

    Torch files are read with `weights_only=True`; options and scores of training scripts in them (`_BESIDE`) are
    passed over. A dict under `state_dict` or `model` is unwrapped, and the
    prefix `module.` of DataParallel is taken off. Raises InputError for a file that is missing or damaged, that
    holds pickled objects other than tensors, or a tensor with NaN or infinite values.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such weights file")
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    tensors = _only_tensors(_unwrapped(content), path)
    _refuse_non_finite(tensors, path)
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


def load_weights(backbone: Backbone, path: Path) -> LoadReport:
    """Fill a backbone from a public checkpoint or from one that it saved itself.

    Raises InputError where names or shapes do not fit, listing both sides.
    """
    tensors = read_tensors(path)
    ignored = tuple(name for name in tensors if name.startswith(backbone.classifier_prefixes))
    own = backbone.translate({name: tensor for name, tensor in tensors.items() if name not in ignored})
    expected = {name: tensor for name, tensor in backbone.state_dict().items() if not _is_counter(name)}
    own = {name: tensor for name, tensor in own.items() if not _is_counter(name)}
    missing = tuple(name for name in expected if name not in own)
    lacking = [name for name in missing if not name.startswith(backbone.optional_prefixes)]
    refuse_misfits(path, type(backbone).__name__, expected, own, lacking)
    backbone.load_state_dict(own, strict=False)
    backbone.random_parameters = missing
    _log.info("%s: %d tensors loaded, %d start at random, %d ignored", path, len(own), len(missing), len(ignored))
    return LoadReport(loaded=tuple(own), initialised=missing, ignored=ignored)


def _read_safetensors(path: Path) -> Mapping[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not a readable safetensors file: {error}") from error


def _read_torch(path: Path) -> object:
    try:
        with warnings.catch_warnings():
            # A pickle of another protocol is refused below, which says more than torch's warning.
            warnings.filterwarnings("ignore", message="Detected pickle protocol")
            with torch.serialization.safe_globals([(_Ignored, name) for name in _BESIDE]):
                return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path}: holds pickled Python objects or is damaged; only files of plain tensors are read, since "
            "unpickling can run code. If you trust the file, open it once yourself with "
            "torch.load(path, weights_only=False) and save its state_dict() again."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path}: not a readable torch file (truncated download?): {reason}") from error


def _unwrapped(content: object) -> object:
    if isinstance(content, Mapping):
        for key in _WRAPPERS:
            if isinstance(content.get(key), Mapping):
                return content[key]
    return content


def _only_tensors(content: object, path: Path) -> dict[str, Tensor]:
    if not isinstance(content, Mapping):
        raise InputError(f"{path}: expected a dict of tensors (a state_dict), got {type(content).__name__}")
    tensors = {
        name: value for name, value in content.items() if isinstance(name, str) and isinstance(value, Tensor)
    }
    if not tensors:
        raise InputError(f"{path}: holds no tensors (has: {_listed([str(key) for key in content])})")
    return tensors


def _refuse_non_finite(tensors: Mapping[str, Tensor], path: Path) -> None:
    bad = [name for name, tensor in tensors.items() if not bool(torch.isfinite(tensor).all())]
    if bad:
        raise InputError(
            f"{path}: NaN or infinite values in {_listed(bad)}; the file is damaged or its run diverged"
        )


def refuse_misfits(
    path: Path, kind: str, expected: Mapping[str, Tensor], own: Mapping[str, Tensor], lacking: Sequence[str]
) -> None:
    """Raises InputError where the tensors `own` of a file are not those that a network of `kind` expects, listing
    both sides; `lacking`: what it has to have and has not."""
    unknown = [name for name in own if name not in expected]
    misshapen = [
        f"{name} {tuple(tensor.shape)} instead of {tuple(expected[name].shape)}"
        for name, tensor in own.items()
        if name in expected and tensor.shape != expected[name].shape
    ]
    problems = [
        f"{what}: {_listed(names)}"
        for what, names in (("missing", lacking), ("unexpected", unknown), ("wrong shape", misshapen))
        if names
    ]
    if problems:
        raise InputError(f"{path}: these are not the weights of {kind}; {'; '.join(problems)}")


def _is_counter(name: str) -> bool:
    """Batch normalisation counts its batches; older files lack the counts, and fixed statistics never use them."""
    return name.endswith("num_batches_tracked")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
