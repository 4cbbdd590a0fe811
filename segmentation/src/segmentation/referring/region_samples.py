"""Training samples with true regions: images, expressions of them, and where these refer to.

Axis letters: P pairs of an image and an expression of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.data.crops import Crop, CropOptions, crop_image, crop_mask, random_crop
from segmentation.data.images import RgbImage, read_image
from segmentation.data.phrases import expression_text
from segmentation.data.referring.expressions import Expression
from segmentation.training.task import TensorBatch, image_batch
from shared_runtime.errors import InputError


@dataclass(frozen=True, slots=True)
class RegionSample:
    """One augmented image with some of its expressions."""

    image: RgbImage | npt.NDArray[np.float16]
    """Shape (S, S, 3), 0-255, RGB; or what a frozen backbone made of it, (h, w, channels)."""
    regions: npt.NDArray[np.uint8]
    """Shape (n, S, S), 1 where the expression refers to."""
    expressions: tuple[int, ...]
    """Numbers of the n expressions."""


@dataclass(frozen=True)
class RegionBatch(TensorBatch):
    """B images and P pairs on one device."""

    images: Tensor
    """Uint8, `[B 3 S S]`, RGB: backbones normalise it; or their cells, float16, `[B channels h w]`."""
    owners: Tensor
    """Int64, `[P]`: which image a pair is of."""
    expressions: Tensor
    """Int64, `[P]`: numbers in the training's table."""
    regions: Tensor
    """Uint8, `[P S S]`, 1 where the expression refers to."""

    def __len__(self) -> int:
        return len(self.images)


class RegionSamples:
    """Images with expressions whose regions are known, cropped alike; of each some are drawn (Section 3.3)."""

    def __init__(
        self,
        images: Sequence[tuple[Path, Sequence[Expression]]],
        texts: Sequence[str],
        crop: CropOptions,
        most: int,
    ) -> None:
        """Nothing is read yet. `texts`: by number, as `expression_text` has them; `most`: drawn of an image."""
        self._images = images
        self._numbers = {text: number for number, text in enumerate(texts)}
        self._crop = crop
        self._most = most

    def __len__(self) -> int:
        return len(self._images)

    def sample(self, index: int, rng: np.random.Generator) -> RegionSample:
        """Image `index`, cropped, with expressions drawn, by random numbers from `rng` alone.

        Expressions of which the crop has nothing are left out as long as there are others. Raises `InputError`,
        which names the file, for an image that cannot be read or has another size than its truth.
        """
        path, expressions = self._images[index]
        image = read_image(path)
        height, width, _ = image.shape
        first = expressions[0].region
        if (height, width) != (first.height, first.width):
            raise InputError(
                f"{path}: got {width} × {height} pixels, expected {first.width} × {first.height}, as in the truth"
            )
        crop = random_crop(height, width, self._crop, rng)
        return self._drawn(index, crop, rng, crop_image(image, crop, self._crop.size))

    def of_cells(
        self,
        index: int,
        crop_rng: np.random.Generator,
        rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> RegionSample:
        """The same with the cells of the crop of `crop_rng` in place of its pixels, which are not read.

        Expressions are of `rng`.
        """
        region = self._images[index][1][0].region
        return self._drawn(index, random_crop(region.height, region.width, self._crop, crop_rng), rng, cells)

    def _drawn(
        self, index: int, crop: Crop, rng: np.random.Generator, image: RgbImage | npt.NDArray[np.float16]
    ) -> RegionSample:
        _, expressions = self._images[index]
        drawn = rng.permutation(len(expressions))[: self._most]
        chosen = [expressions[place] for place in sorted(drawn.tolist())]
        regions = [
            crop_mask(expression.region.mask().astype(np.uint8), crop, self._crop.size) for expression in chosen
        ]
        kept = [place for place, region in enumerate(regions) if region.any()] or [0]
        return RegionSample(
            image,
            np.stack([regions[place] for place in kept]),
            tuple(self._numbers[expression_text(chosen[place].text)] for place in kept),
        )

    def collate(self, samples: Sequence[RegionSample]) -> RegionBatch:
        """Samples of one size as a batch on the CPU."""
        owners = [place for place, sample in enumerate(samples) for _ in sample.expressions]
        numbers = [number for sample in samples for number in sample.expressions]
        return RegionBatch(
            images=image_batch([sample.image for sample in samples]),
            owners=torch.tensor(owners, dtype=torch.int64),
            expressions=torch.tensor(numbers, dtype=torch.int64),
            regions=torch.from_numpy(np.concatenate([sample.regions for sample in samples])),
        )
