"""The random crop of training (Vilar & Perez, Section IV-C2 and Table 2), for an image and its mask in step."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import AfterValidator, Field

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask

_ATTEMPTS = 10


_Share = Annotated[float, Field(gt=0, le=1)]
_Aspect = Annotated[float, Field(ge=0.01, le=100)]


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("expected the lower one first")
    return limits


@dataclass(frozen=True, slots=True)
class CropOptions:
    """How training crops are drawn; the defaults are the paper's."""

    size: Annotated[int, Field(ge=8, le=8192)] = 321
    """Side of the square that the crop is resized to, in pixels."""
    area: Annotated[tuple[_Share, _Share], AfterValidator(_ordered)] = (0.6, 1.0)
    """Least and greatest share of the image's area."""
    aspect: Annotated[tuple[_Aspect, _Aspect], AfterValidator(_ordered)] = (3 / 4, 4 / 3)
    """Least and greatest width / height."""
    flip: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability of a horizontal flip."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of whole pixels in an image, and whether it is mirrored."""

    top: int
    left: int
    height: int
    width: int
    flipped: bool


def random_crop(height: int, width: int, options: CropOptions, rng: np.random.Generator) -> Crop:
    """A crop of an image of `height` × `width` pixels, a function of `rng` alone.

    The share of the area is uniform, the aspect log-uniform, the position uniform. In an image so long that none
    of ten such crops fits, it is the largest one of an allowed aspect.
    """
    least, greatest = options.aspect
    for _ in range(_ATTEMPTS):
        area = height * width * rng.uniform(*options.area)
        aspect = math.exp(rng.uniform(math.log(least), math.log(greatest)))
        rows, columns = round(math.sqrt(area / aspect)), round(math.sqrt(area * aspect))
        if 1 <= rows <= height and 1 <= columns <= width:
            break
    else:
        rows = min(height, max(1, round(width / least)))
        columns = min(width, max(1, round(height * greatest)))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    return Crop(top, left, rows, columns, flipped=bool(rng.random() < options.flip))


def crop_image(image: RgbImage, crop: Crop, size: int) -> RgbImage:
    """The part of `image` (H, W, 3), resized to (size, size, 3): bilinear, with antialiasing where it shrinks."""
    return _cropped(image, crop, size, Image.Resampling.BILINEAR)


def crop_mask(mask: IndexMask, crop: Crop, size: int) -> IndexMask:
    """The same part of a mask (H, W), resized to (size, size) by nearest neighbour: no class appears or blends."""
    return _cropped(mask, crop, size, Image.Resampling.NEAREST)


def _cropped(pixels: npt.NDArray[np.uint8], crop: Crop, size: int, how: Image.Resampling) -> npt.NDArray[np.uint8]:
    part = pixels[crop.top : crop.top + crop.height, crop.left : crop.left + crop.width]
    resized = np.asarray(Image.fromarray(part).resize((size, size), how))
    return np.ascontiguousarray(resized[:, ::-1] if crop.flipped else resized)
