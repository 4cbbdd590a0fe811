"""Training samples of a grounding model: images, each with one of its texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.data.crops import CropOptions, crop_image, random_crop
from segmentation.data.images import RgbImage, read_image
from segmentation.data.targets import ImageTargets
from segmentation.grounding.words import WordTable, padded
from segmentation.training.task import TensorBatch, image_batch


@dataclass(frozen=True, slots=True)
class CaptionedSample:
    """One augmented image with a text."""

    image: RgbImage | npt.NDArray[np.float16]
    """Shape (S, S, 3), 0-255, RGB; or what a frozen backbone made of it, (h, w, channels)."""
    text: Sequence[int]
    """Numbers of its words."""


@dataclass(frozen=True)
class CaptionedBatch(TensorBatch):
    """B images and their texts on one device."""

    images: Tensor
    """Uint8, `[B 3 S S]`, RGB: backbones normalise it; or their cells, float16, `[B channels h w]`."""
    texts: Tensor
    """Token ids, int64 `[B M]`, filled up."""
    foreign: Tensor
    """Bool, `[B B]`: whether the text of a column reads otherwise than that of a row."""

    def __len__(self) -> int:
        return len(self.images)


class CaptionedSamples:
    """Images with texts, cropped at random."""

    def __init__(
        self, targets: Sequence[ImageTargets], texts: Sequence[Sequence[str]], words: WordTable, crop: CropOptions
    ) -> None:
        """`texts` of each target, at least one. Nothing is read yet."""
        self._targets = targets
        self._texts = texts
        self._words = words
        self._crop = crop

    def __len__(self) -> int:
        return len(self._targets)

    def sample(self, index: int, rng: np.random.Generator) -> CaptionedSample:
        """Image `index`, cropped, with a text that is drawn, by random numbers from `rng` alone.

        Raises `InputError`, which names the file, for an image that cannot be read.
        """
        image = read_image(self._targets[index].path)
        height, width, _ = image.shape
        crop = random_crop(height, width, self._crop, rng)
        return self._with_text(index, rng, crop_image(image, crop, self._crop.size))

    def of_cells(
        self,
        index: int,
        _crop_rng: np.random.Generator,
        rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> CaptionedSample:
        """The same with the cells of a crop in place of its pixels, which are not read; the text is of `rng`."""
        return self._with_text(index, rng, cells)

    def _with_text(
        self, index: int, rng: np.random.Generator, image: RgbImage | npt.NDArray[np.float16]
    ) -> CaptionedSample:
        texts = self._texts[index]
        return CaptionedSample(image, self._words.token_ids(texts[int(rng.integers(len(texts)))]))

    def collate(self, samples: Sequence[CaptionedSample]) -> CaptionedBatch:
        """Samples of one size as a batch on the CPU."""
        texts = [tuple(sample.text) for sample in samples]
        foreign = [[one != other for other in texts] for one in texts]
        return CaptionedBatch(
            images=image_batch([sample.image for sample in samples]),
            texts=padded(texts),
            foreign=torch.tensor(foreign),
        )
