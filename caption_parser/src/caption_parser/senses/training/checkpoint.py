"""The state of a training between two steps, so that it can resume as if it had not stopped."""

from pathlib import Path
from typing import Any

import torch

from caption_parser.senses.training.options import TrainingOptions
from shared_runtime.errors import UsageError
from shared_schemas.files import replacing

CHECKPOINT = "checkpoint.pt"
INITIAL_VECTORS = "initial_vectors.pt"
"""The vectors that senses begin with."""
ENCODED_WORDS = "encoded_words.pt"
"""What a frozen encoder says of all words of the texts."""
METRICS = "metrics.jsonl"
"""A line now and then of how well the training goes."""
EXPORT_OPTIONS = frozenset(("dimension", "precision", "version"))
"""They may change between checkpoint and export."""


def save_checkpoint(
    folder: Path, options: TrainingOptions, step: int, state: dict[str, Any], random_state: torch.Tensor
) -> None:
    """Write the state of a training; the old one stays until the new one is whole."""
    content = {"options": options.model_dump_json(), "step": step, "state": state, "random": random_state}
    with replacing(folder / CHECKPOINT) as unfinished:
        torch.save(content, unfinished)


def load_checkpoint(folder: Path, options: TrainingOptions) -> tuple[int, dict[str, Any], torch.Tensor] | None:
    """Step, state and random state; None if there is no checkpoint.

    Raises UsageError if it belongs to a training with other options.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    content = torch.load(path, weights_only=True)
    _check_options(path, content["options"], options)
    return content["step"], content["state"], content["random"]


def forget(folder: Path) -> None:
    """Remove what a training keeps in `folder`; what else is there stays."""
    for name in (CHECKPOINT, INITIAL_VECTORS, ENCODED_WORDS, METRICS):
        (folder / name).unlink(missing_ok=True)


def save_tensor(folder: Path, name: str, options: TrainingOptions, tensor: torch.Tensor) -> None:
    """Keep what takes minutes to make: `INITIAL_VECTORS` or `ENCODED_WORDS`."""
    with replacing(folder / name) as unfinished:
        torch.save({"options": options.model_dump_json(), "vectors": tensor}, unfinished)


def load_tensor(folder: Path, name: str, options: TrainingOptions) -> torch.Tensor | None:
    """What `save_tensor` kept, if anything; UsageError if it belongs to a training with other options."""
    path = folder / name
    if not path.is_file():
        return None
    content = torch.load(path, weights_only=True)
    _check_options(path, content["options"], options)
    vectors: torch.Tensor = content["vectors"]
    return vectors


def _check_options(path: Path, saved_options: str, options: TrainingOptions) -> None:
    saved = TrainingOptions.model_validate_json(saved_options)
    compared = TrainingOptions.model_fields.keys() - EXPORT_OPTIONS
    if changed := sorted(name for name in compared if getattr(saved, name) != getattr(options, name)):
        raise UsageError(
            f"{path} belongs to a training with different options: {', '.join(changed)}. "
            "Give the same options to resume, or --overwrite to start over"
        )
