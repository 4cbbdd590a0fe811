"""What was trained in a run folder, opened by whichever room knows how."""

from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from segmentation.data.targets import Vocabulary
from segmentation.runs.folder import TRAIN_LOCALIZER, RunFolder
from segmentation.training.config import TrainingConfig

OPENERS = MappingProxyType({TRAIN_LOCALIZER: "segmentation.localization.run:load_localizer"})
"""Command to `module:function`, which takes a run folder and is imported when it is needed."""


class Trained(Protocol):
    """A trained network, whatever trained it."""

    @property
    def vocabulary(self) -> Vocabulary:
        """What its columns mean."""

    @property
    def config(self) -> TrainingConfig:
        """How it was trained."""


def open_trained(run: Path) -> Trained:
    """What a finished run trained. InputError if `run` is the folder of something else, or is unfinished."""
    command = RunFolder(run).read_finished(*OPENERS).command
    module, _, opener = OPENERS[command].partition(":")
    trained: Trained = getattr(import_module(module), opener)(run)
    return trained
