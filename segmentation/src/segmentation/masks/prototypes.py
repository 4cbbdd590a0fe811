"""What the score maps of many images together say about how a class looks, in several ways, and what lies around
it.

Chen et al., "Extracting Class Activation Maps from Non-Discriminative Features as well" (LPCAM), CVPR 2023: the
cells where a class scores highest are clustered; clusters that look like the class are its prototypes, those
that only come with it are its context (the snow under skis, the rails under a train). A cell is as much of the
class as it is nearer to the prototypes than to the context. The linear discriminant (`masks.discriminant`) is
the case of one prototype. Not in Vilar & Perez.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import normalize

from segmentation.backbones.contract import Cells
from segmentation.masks.discriminant import CellStatistics, LinearDiscriminant, mixed_scores
from segmentation.masks.maps import ScoreMaps
from shared_runtime.errors import InputError
from shared_schemas.files import replacing

CLUSTERS = 12
"""Of the cells of a class, and of those around it."""
SHARPNESS = 20.0
"""Of the probabilities: what a difference of cosines is multiplied by. From 10 to 40, masks of COCO images came
out alike, as with the nearest cluster in place of the mean over all."""
_PER_IMAGE = 16
"""Cells that an image gives to each of its classes, and to what is around them: memory stays bounded."""
_ROUNDS = 20
"""Of k-means, at most."""


class CellSamples:
    """Cells of many images, by the class that scores highest there and by the classes that they lie around."""

    def __init__(self, n_classes: int) -> None:
        """`n_classes` counts the background, class 0."""
        self._statistics = CellStatistics(n_classes)
        self._own: defaultdict[int, list[Tensor]] = defaultdict(list)
        self._around: defaultdict[int, list[Tensor]] = defaultdict(list)

    def add(self, features: Tensor, scores: ScoreMaps) -> None:
        """The cells of an image: `features` [C h w], each of the class that scores highest."""
        self._statistics.add(features, scores)
        cells = features.flatten(1).T.float().cpu()
        values, winners = torch.from_numpy(scores.scores).flatten(1).max(dim=0)
        around = _spread(cells, values, winners == 0)
        for place, class_id in enumerate(scores.ids, 1):
            self._own[class_id].append(_spread(cells, values, winners == place))
            self._around[class_id].append(around)

    def consensus(self) -> "Prototypes | None":
        """The prototypes of each class and its context; None before the first cell."""
        discriminant = self._statistics.consensus()
        if discriminant is None:
            return None
        centre = self._statistics.mean()
        vectors, classes, context = [], [], []
        for class_id in sorted(self._own):
            own = torch.cat(self._own[class_id]).float()
            if not len(own):
                continue
            directions, members = clusters(own - centre, CLUSTERS)
            likely = _likely(own, members, class_id, discriminant)
            around, _ = clusters(torch.cat(self._around[class_id]).float() - centre, CLUSTERS)
            vectors += [directions, around]
            classes += [class_id] * (len(directions) + len(around))
            context += [*(~likely).tolist(), *[True] * len(around)]
        if not vectors:
            return None
        return Prototypes(centre, torch.cat(vectors), torch.tensor(classes), torch.tensor(context))


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Directions of cells, each of a class or of its context."""

    centre: Tensor
    """[C]: the mean cell, from which directions are taken."""
    vectors: Tensor
    """[P C] of unit length"""
    classes: Tensor
    """[P] int64: class ids."""
    context: Tensor
    """[P] bool: whether it is of the class's context."""

    def mixed(self, scores: ScoreMaps, cells: Cells) -> ScoreMaps:
        """Scores of one image with the probabilities of its classes by prototypes; `cells` are [C h w] each.

        A class is to the background as e^(`SHARPNESS` · d) to 1, where d is its LPCAM: the mean cosine with its
        prototypes less that with its context. Classes without a prototype are taken for the background's equals.
        """
        features = cells.features.float().cpu()
        directions = normalize(features.flatten(1).T - self.centre, dim=1)
        cosines = (directions @ self.vectors.T).T.view(-1, *features.shape[1:])
        logits = torch.zeros(1 + len(scores.ids), *features.shape[1:])
        for place, class_id in enumerate(scores.ids, 1):
            own, around = (self.classes == class_id) & ~self.context, (self.classes == class_id) & self.context
            if own.any():
                logits[place] = cosines[own].mean(dim=0)
                if around.any():
                    logits[place] -= cosines[around].mean(dim=0)
        return mixed_scores(scores, (SHARPNESS * logits).softmax(dim=0), cells)

    def save(self, path: Path) -> None:
        """Write a file that is there whole or not at all. Raises OSError."""
        tensors = {name: getattr(self, name).contiguous() for name in self.__slots__}
        with replacing(path) as unfinished:
            save_file(tensors, unfinished)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises InputError for a file that `save` did not write."""
        try:
            return cls(**load_file(path))
        except Exception as error:
            raise InputError(f"{path}: cannot be read ({error}); delete it, and it is made again") from error


def clusters(cells: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Up to `most` unit vectors [n C] around which `cells` [N C] lie, and the nearest of each, [N]: spherical
    k-means.

    The first is the direction of the mean; each further one begins at the cell that is least like those before, so
    that the same cells in the same order give the same clusters. Clusters that lose all their cells are dropped;
    no cells have none.
    """
    cells = normalize(cells, dim=1)
    if not len(cells):
        return cells, torch.zeros(0, dtype=torch.long)
    centres = normalize(cells.mean(dim=0, keepdim=True), dim=1)
    while len(centres) < min(most, len(cells)):
        nearest = (cells @ centres.T).amax(dim=1)
        centres = torch.cat([centres, cells[nearest.argmin(), None]])
    members = (cells @ centres.T).argmax(dim=1)
    for _ in range(_ROUNDS):
        sums = torch.zeros_like(centres).index_add_(0, members, cells)
        centres = normalize(sums[members.bincount(minlength=len(sums)) > 0], dim=1)
        before, members = members, (cells @ centres.T).argmax(dim=1)
        if len(sums) == len(centres) and torch.equal(before, members):
            break
    return centres, members


def _likely(cells: Tensor, members: Tensor, class_id: int, discriminant: LinearDiscriminant) -> Tensor:
    """Which clusters of the cells [N C] of a class look more like it than like the background, [n] bool: at
    least one.

    LPCAM asks the classifier, which masks do not know; the discriminant of all cells takes its place.
    """
    kept = torch.stack([cells[members == number].mean(dim=0) for number in range(int(members.max()) + 1)])
    odds = kept @ (discriminant.weights[:, class_id] - discriminant.weights[:, 0])
    odds = odds + discriminant.offsets[class_id] - discriminant.offsets[0]
    return (odds > 0) | (odds == odds.max())


def _spread(cells: Tensor, values: Tensor, chosen: Tensor) -> Tensor:
    """Up to `_PER_IMAGE` of the chosen cells [n C], from the highest of their `values` to the lowest, half
    precision."""
    places = chosen.nonzero().flatten()
    ordered = places[values[places].argsort(descending=True, stable=True)]
    count = min(_PER_IMAGE, len(ordered))
    steps = torch.linspace(0, max(len(ordered) - 1, 0), count).round().long()
    return cells[ordered[steps]].half()
