"""What predictions need of a trained network, whatever trained it."""

from pathlib import Path
from typing import Any, Protocol

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.folder import TRAIN_LOCALIZER
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import TrainingConfig


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


class OpenedModel(StoredModel, Protocol):
    """One that finds the classes of a label space."""

    @property
    def traits(self) -> NetworkTraits: ...

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]: ...


def needs_classes(model: StoredModel) -> bool:
    """Whether it finds only classes that it is told of: a localizer, whose maps light up in every picture."""
    return model.config.command == TRAIN_LOCALIZER
