"""The state of a training between two steps, and the weights that it ends with."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from shared_runtime.errors import InputError
from shared_runtime.files import writing
from shared_schemas.files import replacing


@dataclass(frozen=True, slots=True)
class TrainingState:
    """All that a training needs to go on as if it had not stopped; random numbers are a function of the step."""

    step: int
    """Steps done."""
    module: Mapping[str, Tensor]
    optimizer: Mapping[str, Any]
    log: Mapping[str, float]
    """What was summed up for the next line of the log."""
    memory: Mapping[str, Tensor] = field(default_factory=dict)
    """Of a task that remembers something."""


def save_state(path: Path, state: TrainingState) -> None:
    """Write a checkpoint; the old one stays until the new one is whole."""
    content = {name: getattr(state, name) for name in TrainingState.__dataclass_fields__}
    _replace(path, lambda unfinished: torch.save(content, unfinished))


def load_state(path: Path) -> TrainingState:
    """Read a checkpoint onto the CPU; only tensors and plain values, never code. InputError if it is none."""
    try:
        return TrainingState(**torch.load(path, map_location="cpu", weights_only=True))
    except (pickle.UnpicklingError, RuntimeError, EOFError, TypeError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path}: not a readable checkpoint ({reason}). Start over with --overwrite") from error


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write named tensors as safetensors, whole or not at all; `read_tensors` of the backbones reads them."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    _replace(path, lambda unfinished: save_file(tensors, unfinished))


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    # torch and safetensors report a full disk as errors of their own.
    with writing(path, RuntimeError, SafetensorError), replacing(path) as unfinished:
        write(unfinished)
