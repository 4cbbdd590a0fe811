"""The state of a training between two steps, so that it can go on as if it had not stopped."""

from pathlib import Path
from typing import Any

import torch

from caption_parser.errors import UsageError
from caption_parser.senses.training.options import TrainingOptions

CHECKPOINT = "checkpoint.pt"
EXPORT_OPTIONS = frozenset(("dimension", "version"))
"""They may change between checkpoint and export."""


def save_checkpoint(
    folder: Path, options: TrainingOptions, step: int, state: dict[str, Any], random_state: torch.Tensor
) -> None:
    """Write the state of a training; the old one stays until the new one is whole."""
    content = {"options": options.model_dump_json(), "step": step, "state": state, "random": random_state}
    unfinished = folder / f"{CHECKPOINT}.unfinished"
    torch.save(content, unfinished)
    unfinished.replace(folder / CHECKPOINT)


def load_checkpoint(folder: Path, options: TrainingOptions) -> tuple[int, dict[str, Any], torch.Tensor] | None:
    """Step, state and random state; None if there is no checkpoint.

    Raises UsageError if it belongs to a training with other options.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    content = torch.load(path, weights_only=True)
    saved = TrainingOptions.model_validate_json(content["options"])
    compared = TrainingOptions.model_fields.keys() - EXPORT_OPTIONS
    if changed := sorted(name for name in compared if getattr(saved, name) != getattr(options, name)):
        raise UsageError(
            f"{path} is of a training with other options: {', '.join(changed)}. "
            "Give the same options to go on, or --overwrite to begin anew"
        )
    return content["step"], content["state"], content["random"]
