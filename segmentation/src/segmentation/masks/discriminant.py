"""What the score maps of many images together say about how a class looks: not in the paper.

A heatmap knows its own image. Where it is wrong, others are often right: snow lies in many images of skis, and in
others without any. So the cells of all images, each with the class that scores highest there, give a linear
discriminant (Fisher 1936) between the classes and the background. Its probabilities are mixed into the scores:
the option `consensus`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import one_hot

from segmentation.backbones.contract import Cells
from segmentation.masks.maps import ScoreMaps
from segmentation.scores.affinity import propagate
from shared_runtime.errors import InputError
from shared_schemas.files import replacing

WEIGHT = 0.3
"""Of the discriminant, in the geometric mean with an image's own scores."""
SHRINKAGE = 0.3
"""Of the covariance towards a multiple of the identity, relative to its mean variance. From 0.1 to 1 masks of COCO
images came out alike, and so with weights from 0.1 to 0.3."""
_STEPS = 1
"""Of propagation, after mixing."""


class CellStatistics:
    """Sums over cells: all that a linear discriminant needs, whatever their number."""

    def __init__(self, n_classes: int) -> None:
        """`n_classes` counts the background, class 0."""
        self._counts = torch.zeros(n_classes, dtype=torch.float64)
        self._sums = torch.zeros(n_classes, 1, dtype=torch.float64)
        self._products = torch.zeros(1, 1, dtype=torch.float64)

    def add(self, features: Tensor, scores: ScoreMaps) -> None:
        """The cells of an image: `features` [C h w], each of the class that scores highest."""
        cells = features.flatten(1).T.float().cpu()
        classes = torch.tensor([0, *scores.ids])[torch.from_numpy(scores.scores.argmax(axis=0)).flatten()]
        members = one_hot(classes, len(self._counts)).float()
        self._counts = self._counts + members.sum(dim=0)
        self._sums = self._sums + members.T @ cells
        self._products = self._products + cells.T @ cells

    def discriminant(self) -> "LinearDiscriminant | None":
        """That of the cells, all classes taken to be equally likely; None before the first cell."""
        total = self._counts.sum()
        if not total:
            return None
        overall = self._sums.sum(dim=0) / total
        # A class without cells looks like everything: it is told from no other.
        means = torch.where(self._counts[:, None] > 0, self._sums / self._counts[:, None].clamp(min=1), overall)
        covariance = self._products / total - (means.T * self._counts / total) @ means
        ridge = SHRINKAGE * covariance.diagonal().mean().clamp(min=1e-6)
        weights = torch.linalg.solve(covariance + ridge * torch.eye(len(covariance)), means.T)
        offsets = -0.5 * (means.T * weights).sum(dim=0)
        return LinearDiscriminant(weights.float(), offsets.float())


@dataclass(frozen=True, slots=True, eq=False)
class LinearDiscriminant:
    """A linear classifier of cells; class 0 is the background."""

    weights: Tensor
    """[C classes]"""
    offsets: Tensor
    """[classes]"""

    def mixed(self, scores: ScoreMaps, cells: Cells) -> ScoreMaps:
        """Scores of one image with those of the classifier among its classes; `cells` are [C h w] each."""
        columns = torch.tensor([0, *scores.ids])
        features, mid_features = cells.features.float().cpu(), cells.mid_features.float().cpu()
        logits = (
            torch.einsum("chw,ck->khw", features, self.weights[:, columns]) + self.offsets[columns, None, None]
        )
        own = torch.from_numpy(scores.scores)
        own = own / own.sum(dim=0).clamp(min=1e-6)
        mixed = own ** (1 - WEIGHT) * logits.softmax(dim=0) ** WEIGHT
        carried = propagate(mixed, mid_features, _STEPS).numpy().astype(np.float32)
        return ScoreMaps(scores.ids, carried, scores.margin)

    def save(self, path: Path) -> None:
        """Write a file that is there whole or not at all. Raises OSError."""
        with replacing(path) as unfinished:
            save_file({"weights": self.weights.contiguous(), "offsets": self.offsets}, unfinished)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises InputError for a file that `save` did not write."""
        try:
            tensors = load_file(path)
            return cls(tensors["weights"], tensors["offsets"])
        except Exception as error:
            raise InputError(f"{path}: cannot be read ({error}); delete it, and it is made again") from error
