"""Training samples of the localization network, and how they become batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.data.crops import CropOptions, crop_image, random_crop
from segmentation.data.images import RgbImage, read_image
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.training.task import TensorBatch, image_batch


@dataclass(frozen=True, slots=True)
class LocalizationSample:
    """One augmented image with its labels; K classes, A attributes."""

    image: RgbImage | npt.NDArray[np.float16]
    """Shape (S, S, 3), 0-255, RGB; or what a frozen backbone made of it, (h, w, channels)."""
    classes: npt.NDArray[np.bool_]
    """Shape (K,): y_n,c of Eq. 6."""
    attributes: npt.NDArray[np.bool_]
    """Shape (K, A): whether a ∈ A_n,c."""
    doubtful: npt.NDArray[np.bool_]
    """Shape (K,): labels that are not believed."""
    denied: npt.NDArray[np.bool_]
    """Shape (K,): classes that captions say are not there."""


@dataclass(frozen=True)
class LocalizationBatch(TensorBatch):
    """B samples on one device."""

    images: Tensor
    """Uint8, `[B 3 S S]`, RGB: backbones normalise it; or their cells, float16, `[B channels h w]`."""
    classes: Tensor
    """Bool, `[B K]`."""
    attributes: Tensor
    """Bool, `[B K A]`."""
    doubtful: Tensor
    """Bool, `[B K]`."""
    denied: Tensor
    """Bool, `[B K]`."""

    def __len__(self) -> int:
        return len(self.images)


class LocalizationSamples:
    """Images with labels, cropped at random as the paper does."""

    def __init__(
        self, targets: Sequence[ImageTargets], vocabulary: Vocabulary, crop: CropOptions | None = None
    ) -> None:
        """Nothing is read yet. `crop`: the paper's where None."""
        self._targets = targets
        self._vocabulary = vocabulary
        self._crop = crop or CropOptions()

    def __len__(self) -> int:
        return len(self._targets)

    def sample(self, index: int, rng: np.random.Generator) -> LocalizationSample:
        """Image `index`, cropped with random numbers from `rng` alone.

        Raises `InputError`, which names the file, for an image that cannot be read.
        """
        image = read_image(self._targets[index].path)
        height, width, _ = image.shape
        crop = random_crop(height, width, self._crop, rng)
        return self._labelled(index, crop_image(image, crop, self._crop.size))

    def of_cells(
        self,
        index: int,
        _crop_rng: np.random.Generator,
        _rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> LocalizationSample:
        """The same with the cells of a crop in place of its pixels, which are not read."""
        return self._labelled(index, cells)

    def _labelled(self, index: int, image: RgbImage | npt.NDArray[np.float16]) -> LocalizationSample:
        targets = self._targets[index]
        return LocalizationSample(
            image,
            class_vector(targets.classes, self._vocabulary),
            attribute_matrix(targets, self._vocabulary),
            class_vector(targets.doubtful, self._vocabulary),
            class_vector(targets.denied, self._vocabulary),
        )

    def collate(self, samples: Sequence[LocalizationSample]) -> LocalizationBatch:
        """Samples of one size as a batch on the CPU."""
        return LocalizationBatch(
            images=image_batch([sample.image for sample in samples]),
            classes=torch.from_numpy(np.stack([sample.classes for sample in samples])),
            attributes=torch.from_numpy(np.stack([sample.attributes for sample in samples])),
            doubtful=torch.from_numpy(np.stack([sample.doubtful for sample in samples])),
            denied=torch.from_numpy(np.stack([sample.denied for sample in samples])),
        )


def class_vector(ids: Sequence[int], vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Which classes are among `ids`, shape (K,); column k is class id k + 1."""
    vector = np.zeros(vocabulary.n_classes, dtype=np.bool_)
    vector[[class_id - 1 for class_id in ids]] = True
    return vector


def attribute_matrix(targets: ImageTargets, vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Which attributes each class of an image has, shape (K, A); row k is class id k + 1."""
    matrix = np.zeros((vocabulary.n_classes, vocabulary.n_attributes), dtype=np.bool_)
    for class_id, attributes in targets.attributes.items():
        matrix[class_id - 1, list(attributes)] = True
    return matrix
