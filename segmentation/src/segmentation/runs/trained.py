"""What was trained in a run folder, opened by whichever room knows how."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.folder import TRAIN_GROUNDING, TRAIN_LOCALIZER, TRAIN_REFERRING, TRAIN_SEGMENTER, RunFolder
from segmentation.scores.contract import TrainedNetwork
from segmentation.training.config import TrainingConfig
from shared_runtime.errors import InputError
from shared_runtime.files import file_digest

ValueT = TypeVar("ValueT")

OPENERS = MappingProxyType(
    {
        TRAIN_LOCALIZER: "segmentation.localization.run:load_localizer",
        TRAIN_SEGMENTER: "segmentation.segmenter.run:load_segmenter",
        TRAIN_REFERRING: "segmentation.referring.run:load_referring",
        TRAIN_GROUNDING: "segmentation.grounding.run:load_grounding",
    }
)
"""Command to `module:function`, which takes a run folder and is imported when it is needed."""

SHIPPED = Path(__file__).parent.parent / "models" / "segmenter"
"""The folder of the model that ships, a segmenter as `save_pretrained` writes it."""
SAVED_CONFIG = "config.json"
"""What a saved model has in the place of a run's record."""
SAVED_FILES = (SAVED_CONFIG, "README.md")
"""Beside the weights, in the folder of a saved model."""


class StoredModel(Protocol):
    """A trained network with all that it was trained by; torch is imported when `network` is asked for."""

    @property
    def weights(self) -> Path: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def config(self) -> TrainingConfig: ...

    @property
    def network(self) -> Any:
        """A module in evaluation mode."""


class OpenedModel(StoredModel, TrainedNetwork[ImageTargets], Protocol):
    """One that gives maps of the classes of a label space."""


def identity(model: StoredModel) -> dict[str, Any]:
    """What decides what a model says of an image, for the record of a run: of a model that was moved, the same."""
    return {
        "weights": file_digest(model.weights)[:16],
        "model": model.config.identity() | {"label_space": model.vocabulary.label_space.reference},
    }


def model_files(model: StoredModel) -> dict[str, Path]:
    """The files of a trained network by what they are to a user, as `check_output` takes them."""
    run = RunFolder(model.weights.parent)
    own = (model.weights, *run.all, *(run.path / name for name in SAVED_FILES))
    parts = [path for folder in model.config.model_folders() for path in folder.rglob("*") if path.is_file()]
    return {f"{path.name} of the model {path.parent}": path for path in (*own, *parts)}


def is_saved(folder: Path) -> bool:
    """Whether a folder is laid out as the Hugging Face hub has models, and not as a run."""
    return (folder / SAVED_CONFIG).is_file() and not RunFolder(folder).record.exists()


def backbone_of(folder: Path) -> str:
    """The name of the backbone in a run folder or a saved model. Raises InputError where that cannot be read."""
    if is_saved(folder):
        return said_of_saved(folder, "which backbone the model has", lambda config: str(config["backbone"]))
    return str(RunFolder(folder).read_record().config.get("backbone"))


def said_of_saved(folder: Path, what: str, read: Callable[[Any], ValueT]) -> ValueT:
    """What `read` finds in the `config.json` of a saved model.

    Raises InputError where that cannot be read or lacks it, with `what` it says.
    """
    path = folder / SAVED_CONFIG
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read: {error}; it says {what}") from error


def refuse_saved(folder: Path) -> None:
    """Raises InputError for a saved model, where the folder of a run is needed."""
    if is_saved(folder):
        raise InputError(
            f"{folder}: got a saved model (with {SAVED_CONFIG}), expected the folder of a run (with run.json). "
            f"Saved models are for predict, with --labels, too: capseg predict IMAGES --model {folder} -o MASKS"
        )


def finished_weights(run: Path, command: str) -> Path:
    """The weights of a finished run of `command`, to start from. Raises InputError where `run` is none."""
    refuse_saved(run)
    folder = RunFolder(run)
    folder.read_finished(command)
    return folder.weights


def open_trained(run: Path, *commands: str) -> OpenedModel:
    """What a finished run of one of `commands` (of any, where none are given) trained.

    InputError if `run` is the folder of something else, or is unfinished.
    """
    refuse_saved(run)
    command = RunFolder(run).read_finished(*(commands or OPENERS)).command
    module, _, opener = OPENERS[command].partition(":")
    trained: OpenedModel = getattr(import_module(module), opener)(run)
    return trained
