"""What was trained in a run folder, opened by whichever room knows how."""

from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segmentation.runs.folder import TRAIN_GROUNDING, TRAIN_LOCALIZER, TRAIN_REFERRING, TRAIN_SEGMENTER, RunFolder
from segmentation.scores.contract import TrainedNetwork
from shared_runtime.errors import InputError

OPENERS = MappingProxyType(
    {
        TRAIN_LOCALIZER: "segmentation.localization.run:load_localizer",
        TRAIN_SEGMENTER: "segmentation.segmenter.run:load_segmenter",
        TRAIN_REFERRING: "segmentation.referring.run:load_referring",
        TRAIN_GROUNDING: "segmentation.grounding.run:load_grounding",
    }
)
"""Command to `module:function`, which takes a run folder and is imported when it is needed."""


SAVED_CONFIG = "config.json"
"""What a saved model has in the place of a run's record."""


def is_saved(folder: Path) -> bool:
    """Whether a folder is laid out as the Hugging Face hub has models, and not as a run."""
    return (folder / SAVED_CONFIG).is_file() and not RunFolder(folder).record.exists()


def refuse_saved(folder: Path) -> None:
    """Raises InputError for a saved model, where the folder of a run is needed."""
    if is_saved(folder):
        raise InputError(
            f"{folder}: got a saved model (with {SAVED_CONFIG}), expected the folder of a run (with run.json). "
            f"Saved models are for predict, with --labels, too: capseg predict IMAGES --model {folder} -o MASKS"
        )


def open_trained(run: Path, *commands: str) -> TrainedNetwork[Any]:
    """What a finished run of one of `commands` (of any, where none are given) trained.

    InputError if `run` is the folder of something else, or is unfinished.
    """
    refuse_saved(run)
    command = RunFolder(run).read_finished(*(commands or OPENERS)).command
    module, _, opener = OPENERS[command].partition(":")
    trained: TrainedNetwork[Any] = getattr(import_module(module), opener)(run)
    return trained
