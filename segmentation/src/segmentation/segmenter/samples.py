"""Training samples of the segmentation network, and how they become batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.data.crops import CropOptions, crop_image, crop_mask, random_crop
from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import IndexMask, check_size
from segmentation.data.truth.contract import Truth
from segmentation.segmenter.pairs import MaskedImage
from segmentation.training.task import TensorBatch, image_batch


@dataclass(frozen=True, slots=True)
class MaskSample:
    """One augmented image with its mask."""

    image: RgbImage | npt.NDArray[np.float16]
    """Shape (S, S, 3), 0-255, RGB; or what a frozen backbone made of it, (h, w, channels)."""
    mask: IndexMask
    """Shape (S, S): class ids, 255 is ignored."""
    corrected: bool = False
    """Whether a person corrected the mask."""


@dataclass(frozen=True)
class MaskBatch(TensorBatch):
    """B samples on one device."""

    images: Tensor
    """Uint8, `[B 3 S S]`, RGB: backbones normalise it; or their cells, float16, `[B channels h w]`."""
    masks: Tensor
    """Uint8, `[B S S]`."""
    corrected: Tensor
    """Bool, `[B]`: whether a person corrected the mask; `[0]` where nobody corrected any."""

    def __len__(self) -> int:
        return len(self.images)


class MaskSamples:
    """Images with masks, both cropped alike."""

    def __init__(self, images: Sequence[MaskedImage], truth: Truth, crop: CropOptions) -> None:
        """Nothing is read yet. `truth` has a mask for the key of each image."""
        self._images = images
        self._truth = truth
        self._crop = crop

    def __len__(self) -> int:
        return len(self._images)

    def sample(self, index: int, rng: np.random.Generator) -> MaskSample:
        """Image `index`, cropped with random numbers from `rng` alone.

        Raises `InputError`, which names the file, for an image or a mask that cannot be read, and where their
        sizes differ.
        """
        masked = self._images[index]
        image, mask = read_image(masked.path), self._truth.mask(masked.key)
        height, width, _ = image.shape
        check_size(mask, f"mask {masked.key}.png", (height, width), masked.path)
        crop = random_crop(height, width, self._crop, rng)
        return MaskSample(
            crop_image(image, crop, self._crop.size), crop_mask(mask, crop, self._crop.size), masked.corrected
        )

    def of_cells(
        self,
        index: int,
        crop_rng: np.random.Generator,
        _rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> MaskSample:
        """The same with the cells of the crop of `crop_rng` in place of its pixels, which are not read.

        A mask has the size of its image: `sample` has checked it when the cells were made.
        """
        mask = self._truth.mask(self._images[index].key)
        height, width = mask.shape
        crop = random_crop(height, width, self._crop, crop_rng)
        return MaskSample(cells, crop_mask(mask, crop, self._crop.size), self._images[index].corrected)

    def collate(self, samples: Sequence[MaskSample]) -> MaskBatch:
        """Samples of one size as a batch on the CPU."""
        corrected = [sample.corrected for sample in samples]
        return MaskBatch(
            images=image_batch([sample.image for sample in samples]),
            masks=torch.from_numpy(np.stack([sample.mask for sample in samples])),
            # Told by its size, so that no step waits for a device to say it.
            corrected=torch.tensor(corrected if any(corrected) else [], dtype=torch.bool),
        )
