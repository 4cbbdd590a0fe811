"""What was trained in a run folder, opened by whichever room knows how."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.folder import TRAIN_GROUNDING, TRAIN_LOCALIZER, TRAIN_REFERRING, TRAIN_SEGMENTER, RunFolder
from segmentation.scores.contract import ScoreSource, TrainedNetwork, Viewing
from segmentation.training.config import TrainingConfig
from shared_runtime.errors import InputError
from shared_runtime.files import file_digest

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

ValueT = TypeVar("ValueT")
ConfigT = TypeVar("ConfigT", bound=TrainingConfig)
NetworkT = TypeVar("NetworkT", bound="nn.Module")

OPENED_AS = MappingProxyType(
    {
        TRAIN_LOCALIZER: "segmentation.localization.run:TrainedLocalizer",
        TRAIN_SEGMENTER: "segmentation.segmenter.run:TrainedSegmenter",
        TRAIN_REFERRING: "segmentation.referring.run:TrainedReferring",
        TRAIN_GROUNDING: "segmentation.grounding.run:TrainedGrounding",
    }
)
"""Command to `module:class`, a `TrainedModel` that is imported when it is needed."""

SHIPPED = Path(__file__).parent.parent / "models" / "segmenter"
"""The folder of the model that ships, a segmenter as `save_pretrained` writes it."""
SAVED_CONFIG = "config.json"
"""What a saved model has in the place of a run's record."""
SAVED_FILES = (SAVED_CONFIG, "README.md")
"""Beside the weights, in the folder of a saved model."""


def model_class(command: str) -> "type[TrainedModel[Any, Any]]":
    """What is opened of a run of `command`, one of `OPENED_AS`."""
    module, _, name = OPENED_AS[command].partition(":")
    found: type[TrainedModel[Any, Any]] = getattr(import_module(module), name)
    return found


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


@dataclass(frozen=True)
class TrainedModel(ABC, Generic[ConfigT, NetworkT]):
    """A trained network, as a room opens it: what its columns mean, and what it was trained by."""

    weights: Path
    vocabulary: Vocabulary
    """Of the records that it learned from."""
    config: ConfigT
    config_type: ClassVar[type[TrainingConfig]]

    @classmethod
    def of_run(cls, run: Path) -> Self:
        """That of a finished run. Raises InputError if `run` is none of this kind of model, or is unfinished."""
        refuse_saved(run)
        folder = RunFolder(run)
        config: Any = folder.read_config(cls.config_type, cls.config_type.command)
        return cls(folder.weights, Vocabulary(folder.read_label_space()), config)

    @cached_property
    def network(self) -> NetworkT:
        """In evaluation mode; read when it is first asked for, so that wrong options are told without torch."""
        from segmentation.backbones.loading import read_tensors

        tensors = read_tensors(self.weights)
        network = self._untrained(tensors)
        network.load_state_dict(tensors)
        return network.eval()

    @abstractmethod
    def _untrained(self, tensors: "Mapping[str, Tensor]") -> NetworkT:
        """The network, into which its `tensors` are to be read."""

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]:
        """The network on `device`, looking at images as `viewing` says.

        Raises UsageError for a device that is not there.
        """
        from segmentation.backbones.devices import network_on, resolve_device

        place = resolve_device(device)
        return self._scores(network_on(self.network, place), place, viewing)

    @abstractmethod
    def _scores(self, network: NetworkT, device: "torch.device", viewing: Viewing) -> ScoreSource[ImageTargets]:
        """What `network`, which is on `device`, says of images."""


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
    command = RunFolder(run).read_finished(*(commands or OPENED_AS)).command
    trained: Any = model_class(command).of_run(run)
    opened: OpenedModel = trained
    return opened
