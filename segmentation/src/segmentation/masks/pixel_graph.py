"""Scores carried over the graph of near pixels of like colour, as far as a walk with restart goes.

Stojnić et al., "LPOSS: Label Propagation Over Patches and Pixels for Open-vocabulary Semantic Segmentation", CVPR
2025, stage two. In NumPy: nothing to install.
"""

import math
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.scores.contract import FloatMap
from segmentation.scores.grid import upscale
from segmentation.scores.solving import walk_with_restart

ALPHA = 0.95
"""Probability of going on."""
RADIUS = 6
"""Pixels up to which others are joined, along each axis."""
TAU = 0.01
"""Of the weights exp(-difference / τ), in Lab with L / 100, a / 128 and b / 128."""
_MOST_PIXELS = 80_000
"""That are walked over: larger images are made smaller by a whole number before, for time: 168 weights a pixel."""
_TOGETHER = 4
"""Scores that are walked at a time: with more, what is carried leaves a processor's cache. A COCO image with 41
labels takes 4.4 s by fours, 4.5 one by one, 5.8 by tens and 7.1 all at once."""
_LAB = np.array([100, 128, 128], dtype=np.float32)
_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]],
    dtype=np.float32,
)
"""From linear sRGB, ITU-R BT.709 primaries; its rows sum to the white point, D65."""

PixelT = TypeVar("PixelT", np.uint8, np.float32)


class PixelGraph:
    """The pixels of an image, for any number of walks over them."""

    def __init__(self, image: RgbImage) -> None:
        """`image` is RGB (H, W, 3)."""
        height, width = image.shape[:2]
        self._step = math.ceil(math.sqrt(height * width / _MOST_PIXELS))
        self._walk = _Walk(lab(self._smaller(image)) / _LAB[:, None, None])

    def walk(self, scores: FloatMap) -> FloatMap:
        """Scores (L, H, W) after the walk; of the same shape, in the same range."""
        _, height, width = scores.shape
        smaller = np.stack([self._smaller(of) for of in scores])
        rows = smaller.reshape(len(smaller), -1)
        parts = [rows[start : start + _TOGETHER] for start in range(0, len(rows), _TOGETHER)]
        walked = np.concatenate([walk_with_restart(self._walk, part, ALPHA) for part in parts])
        walked = walked.reshape(smaller.shape)
        if self._step > 1:
            # A box of s pixels is centred (s - 1) / 2 pixels further in than its first one.
            walked = upscale(walked, height, width, (self._step - 1) / 2 / self._step)
        return walked.clip(0, 1)

    def _smaller(self, picture: NDArray[PixelT]) -> NDArray[PixelT]:
        """An image (H, W, 3) or a map (H, W) at the size that is walked over."""
        if self._step == 1:
            return picture
        height, width = (-(-length // self._step) for length in picture.shape[:2])
        return np.array(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))


def lab(image: RgbImage) -> FloatMap:
    """CIE Lab (3, H, W) of an sRGB image (H, W, 3): L from 0 to 100, a and b from about -128 to 128."""
    levels = np.arange(256, dtype=np.float64) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)
    xyz = np.einsum("xc,hwc->xhw", _XYZ / _XYZ.sum(axis=1, keepdims=True), linear[image])
    curved = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = curved.astype(np.float32)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


class _Walk:
    """x (L, N) → x W for the pixels of an image."""

    def __init__(self, colours: FloatMap) -> None:
        self._shape = colours.shape[1:]
        offsets = product(range(RADIUS + 1), range(-RADIUS, RADIUS + 1))
        # Of the two directions of each pair one: down, or to the right.
        self._pairs = [_ends(*offset) for offset in offsets if offset > (0, 0)]
        self._weights = [_likeness(colours[:, *one], colours[:, *other]) for one, other in self._pairs]

    def __call__(self, values: FloatMap) -> FloatMap:
        maps = values.reshape(-1, *self._shape)
        carried = np.zeros_like(maps)
        for (one, other), weights in zip(self._pairs, self._weights, strict=True):
            carried[:, *one] += weights * maps[:, *other]
            carried[:, *other] += weights * maps[:, *one]
        return carried.reshape(values.shape)


Place = tuple[slice, slice]


def _ends(down: int, right: int) -> tuple[Place, Place]:
    """The pixels that have another one so far down (at least 0) and to the right, and these others."""
    left, shifted = (
        slice(max(-right, 0), -right if right > 0 else None),
        slice(max(right, 0), right if right < 0 else None),
    )
    return (slice(0, -down or None), left), (slice(down, None), shifted)


def _likeness(one: FloatMap, other: FloatMap) -> FloatMap:
    """exp(-|difference| / τ) of colours (3, h, w), (h, w)."""
    difference = one - other
    distance = np.sqrt(np.einsum("chw,chw->hw", difference, difference))
    alike: FloatMap = np.exp(distance * np.float32(-1 / TAU))
    return alike
