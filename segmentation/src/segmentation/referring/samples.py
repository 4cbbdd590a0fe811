"""Training samples of a network of referring expressions, and how they become batches.

Axis letters: L expressions of a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.data.crops import CropOptions, crop_image, random_crop
from segmentation.data.images import RgbImage, read_image
from segmentation.referring.expressions import ExpressionTable
from segmentation.training.task import TensorBatch, image_batch


@dataclass(frozen=True, slots=True)
class ReferringSample:
    """One augmented image with some of what is said of it."""

    image: RgbImage | npt.NDArray[np.float16]
    """Shape (S, S, 3), 0-255, RGB; or what a frozen backbone made of it, (h, w, channels)."""
    index: int
    """Which of the training's images it is."""
    expressions: tuple[int, ...]
    """Numbers of the phrases that were drawn."""


@dataclass(frozen=True)
class ReferringBatch(TensorBatch):
    """B images and L expressions on one device, each of which is said of some of them."""

    images: Tensor
    """Uint8, `[B 3 S S]`, RGB: backbones normalise it; or their cells, float16, `[B channels h w]`."""
    expressions: Tensor
    """Int64, `[L]`: numbers in the training's table."""
    present: Tensor
    """Float, `[B L]` in [0, 1]: z̄ of the loss."""
    known: Tensor
    """Bool, `[B L]`: where false, a pair counts for nothing."""
    foreign: Tensor
    """Bool, `[L L]`: which two expressions are of different classes; `[0 0]` where maps may overlap."""

    def __len__(self) -> int:
        return len(self.images)


class ReferringSamples:
    """Images with what is said of them, cropped at random; the batch's expressions are each other's negatives."""

    def __init__(self, table: ExpressionTable, crop: CropOptions, *, apart: bool = False) -> None:
        """Nothing is read yet. `apart`: the loss asks which maps may not overlap."""
        self._table = table
        self._crop = crop
        self._apart = apart

    def __len__(self) -> int:
        return len(self._table.images)

    def sample(self, index: int, rng: np.random.Generator) -> ReferringSample:
        """Image `index`, cropped, with phrases drawn, by random numbers from `rng` alone.

        Raises `InputError`, which names the file, for an image that cannot be read.
        """
        image = read_image(self._table.images[index].path)
        height, width, _ = image.shape
        crop = random_crop(height, width, self._crop, rng)
        return self._with_phrases(index, rng, crop_image(image, crop, self._crop.size))

    def of_cells(
        self,
        index: int,
        _crop_rng: np.random.Generator,
        rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> ReferringSample:
        """The same with the cells of a crop in place of its pixels, which are not read; phrases are of `rng`."""
        return self._with_phrases(index, rng, cells)

    def _with_phrases(
        self, index: int, rng: np.random.Generator, image: RgbImage | npt.NDArray[np.float16]
    ) -> ReferringSample:
        said = self._table.said[index]
        drawn = rng.choice(len(said), min(len(said), self._table.options.per_image), replace=False)
        expressions = tuple(said[place] for place in sorted(drawn.tolist()))
        return ReferringSample(image, index, expressions)

    def collate(self, samples: Sequence[ReferringSample]) -> ReferringBatch:
        """Samples of one size as a batch on the CPU: the expressions of all of them, each once."""
        table = self._table
        drawn = sorted({number for sample in samples for number in sample.expressions} - set(range(table.n_names)))
        expressions = [*range(table.n_names), *drawn]
        judged = [table.judge(sample.index, expressions) for sample in samples]
        return ReferringBatch(
            images=image_batch([sample.image for sample in samples]),
            expressions=torch.tensor(expressions, dtype=torch.int64),
            present=torch.from_numpy(np.stack([judgement.present for judgement in judged])),
            known=torch.from_numpy(np.stack([judgement.known for judgement in judged])),
            foreign=torch.from_numpy(table.foreign(expressions if self._apart else [])),
        )
