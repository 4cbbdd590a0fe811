"""The parameters of dense CRF, and the two implementations of its mean field.

Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials", NIPS 2011.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.masks.lattice import Lattice
from segmentation.masks.maps import FloatMap
from shared_runtime.errors import MissingResourceError

SMALLEST_PROBABILITY = 1e-5
"""Scores are cut off here before their logarithm is taken, as in pydensecrf's `unary_from_softmax`."""


@dataclass(frozen=True, slots=True)
class CrfPreset:
    """Iterations of the mean field and its two kernels; deviations in pixels and in grey levels of 0 to 255."""

    iterations: int
    gaussian_xy: float
    gaussian_weight: float
    bilateral_xy: float
    bilateral_rgb: float
    bilateral_weight: float


PRESETS = MappingProxyType(
    {
        "sec": CrfPreset(10, 3, 3, 80, 13, 10),
        "readme": CrfPreset(5, 3, 3, 80, 13, 10),
        "irn": CrfPreset(10, 3, 3, 50, 5, 10),
        "deeplab": CrfPreset(10, 1, 3, 67, 3, 4),
    }
)
"""Those in circulation: of SEC, DSRG and PSA; of pydensecrf's README; of IRN; of DeepLab v2."""


def unary_energies(scores: FloatMap) -> FloatMap:
    """-log of scores (L, H, W) in [0, 1], which need not sum to 1: a constant per pixel changes nothing."""
    return -np.log(np.maximum(scores, np.float32(SMALLEST_PROBABILITY)))


def dense_crf(image: NDArray[np.uint8], scores: FloatMap, preset: CrfPreset) -> FloatMap:
    """Probabilities (L, H, W) after mean-field inference by pydensecrf, which is compiled code.

    `image` is RGB (H, W, 3), `scores` (L, H, W) in [0, 1]. Raises `MissingResourceError` without pydensecrf.
    """
    labels, height, width = scores.shape
    field = compiled_crf()(width, height, labels)
    # It reads the buffers as C-contiguous float32 or uint8, and raises for any others and for read-only images.
    field.setUnaryEnergy(np.ascontiguousarray(unary_energies(scores).reshape(labels, -1), dtype=np.float32))
    field.addPairwiseGaussian(sxy=preset.gaussian_xy, compat=preset.gaussian_weight)
    field.addPairwiseBilateral(
        sxy=preset.bilateral_xy,
        srgb=preset.bilateral_rgb,
        rgbim=np.array(image, order="C"),
        compat=preset.bilateral_weight,
    )
    return np.array(field.inference(preset.iterations), dtype=np.float32).reshape(scores.shape)


def compiled_crf() -> Any:
    """The class `DenseCRF2D` of pydensecrf. Raises `MissingResourceError` where it is not installed."""
    try:
        from pydensecrf.densecrf import DenseCRF2D
    except ImportError as error:
        raise MissingResourceError(
            "--refine dense-crf needs pydensecrf, which is not installed. "
            "Try: pip install 'capparse-segmentation[crf]', or --refine mean-field, which needs no compiler"
        ) from error
    return DenseCRF2D


def mean_field(image: NDArray[np.uint8], scores: FloatMap, preset: CrfPreset) -> FloatMap:
    """The same inference in NumPy: Potts compatibility, kernels normalised symmetrically."""
    _, height, width = scores.shape
    unary = unary_energies(scores).reshape(len(scores), -1)
    kernels = [(_normalized_kernel(features), weight) for features, weight in _pairwise(image, preset)]
    marginals = _softmax(-unary)
    for _ in range(preset.iterations):
        messages = sum((np.float32(weight) * kernel(marginals) for kernel, weight in kernels), start=-unary)
        marginals = _softmax(messages)
    return marginals.reshape(-1, height, width)


def _pairwise(image: NDArray[np.uint8], preset: CrfPreset) -> list[tuple[FloatMap, float]]:
    """Features (d, H·W) and weight of the Gaussian and of the bilateral kernel."""
    height, width = image.shape[:2]
    # x before y, as in pydensecrf: how well the lattice approximates depends on the order of the features.
    pixels = np.indices((height, width), dtype=np.float32)[::-1].reshape(2, -1)
    colours = image.reshape(-1, 3).T.astype(np.float32)
    bilateral = np.concatenate([pixels / preset.bilateral_xy, colours / preset.bilateral_rgb])
    return [(pixels / preset.gaussian_xy, preset.gaussian_weight), (bilateral, preset.bilateral_weight)]


def _normalized_kernel(features: FloatMap) -> Callable[[FloatMap], FloatMap]:
    """Filtering by D^-½ K D^-½ where D holds the row sums of the kernel K."""
    lattice = Lattice.over(features)
    norm = 1 / np.sqrt(lattice.filter(np.ones((1, features.shape[1]), dtype=np.float32)) + np.float32(1e-20))
    return lambda values: norm * lattice.filter(norm * values)


def _softmax(logits: FloatMap) -> FloatMap:
    """Over the first axis."""
    powers = np.exp(logits - logits.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0))
