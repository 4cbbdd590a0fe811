"""What the masks of a folder have in common: which model learns it from all images, and how it is kept."""

from pathlib import Path
from typing import Protocol, Self

from torch import Tensor

from segmentation.backbones.contract import Cells
from segmentation.masks.discriminant import CellStatistics, LinearDiscriminant
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.options import ConsensusModel
from segmentation.masks.prototypes import CellSamples, Prototypes


class Consensus(Protocol):
    """What was learned from the cells of many images."""

    def mixed(self, scores: ScoreMaps, cells: Cells) -> ScoreMaps:
        """Scores of one image with what all say mixed in; `cells` are [C h w] each."""

    def save(self, path: Path) -> None:
        """Write a file that is there whole or not at all. Raises OSError."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises InputError for a file that `save` did not write."""


class Learner(Protocol):
    """Takes in images, and learns from all of them."""

    def add(self, features: Tensor, scores: ScoreMaps) -> None:
        """The cells of an image: `features` [C h w], each of the class that scores highest."""

    def consensus(self) -> Consensus | None:
        """What the cells say; None before the first one."""


def learner(model: ConsensusModel, n_foreground: int) -> Learner:
    """One that has seen nothing yet."""
    return (CellSamples if model is ConsensusModel.PROTOTYPES else CellStatistics)(n_foreground + 1)


def load_consensus(model: ConsensusModel, path: Path) -> Consensus:
    """What an earlier run learned. Raises InputError for another file."""
    return (Prototypes if model is ConsensusModel.PROTOTYPES else LinearDiscriminant).load(path)
