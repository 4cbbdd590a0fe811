"""Score maps fitted to the edges of their image: by dense CRF, PAMR, a walk over pixels, or not at all.

Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials", NIPS 2011.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import numpy as np

from segmentation.data.images import RgbImage
from segmentation.masks.lattice import Lattice
from segmentation.masks.pamr import pamr
from segmentation.masks.pixel_graph import PixelGraph
from segmentation.scores.contract import FloatMap
from shared_runtime.errors import MissingResourceError

Fit = Callable[[FloatMap], FloatMap]
"""Fits score maps (L, H, W) in [0, 1] to the edges of the image that it was made for: same shape, same range."""

SMALLEST_PROBABILITY = 1e-5
"""Scores are cut off here before their logarithm is taken, as in pydensecrf's `unary_from_softmax`."""


class Refinement(StrEnum):
    """How score maps are fitted to the edges of the image."""

    DENSE_CRF = "dense-crf"
    """Dense CRF by pydensecrf: the extra `crf`, which has to be compiled."""
    MEAN_FIELD = "mean-field"
    """The same model in NumPy: nothing to install, slower."""
    PAMR = "pamr"
    """Pixel-adaptive mask refinement, in NumPy: nothing to install, as fast as the compiled CRF."""
    PIXEL_WALK = "pixel-walk"
    """The pixel stage of LPOSS, in NumPy: nothing to install, faster than the compiled CRF."""
    NONE = "none"
    """Not at all."""


CRF = frozenset({Refinement.DENSE_CRF, Refinement.MEAN_FIELD})
"""Those that have the parameters of a preset."""


class CrfPreset(StrEnum):
    """Parameters of the CRF in circulation, by where they are in use."""

    SEC = "sec"
    """SEC, DSRG and PSA."""
    README = "readme"
    """The README of pydensecrf."""
    IRN = "irn"
    DEEPLAB = "deeplab"
    """DeepLab v2."""
    REFERENCE = "reference"
    """The example of Krähenbühl and Koltun's own code: the "default values [70]" of Vilar & Perez."""


@dataclass(frozen=True, slots=True)
class CrfParameters:
    """Iterations of the mean field and its two kernels; deviations in pixels and in grey levels of 0 to 255."""

    iterations: int
    gaussian_xy: float
    gaussian_weight: float
    bilateral_xy: float
    bilateral_rgb: float
    bilateral_weight: float


PRESETS: Mapping[CrfPreset, CrfParameters] = MappingProxyType(
    {
        CrfPreset.SEC: CrfParameters(10, 3, 3, 80, 13, 10),
        CrfPreset.README: CrfParameters(5, 3, 3, 80, 13, 10),
        CrfPreset.IRN: CrfParameters(10, 3, 3, 50, 5, 10),
        CrfPreset.DEEPLAB: CrfParameters(10, 1, 3, 67, 3, 4),
        CrfPreset.REFERENCE: CrfParameters(10, 3, 3, 60, 20, 10),
    }
)


def check_installed(how: Refinement) -> None:
    """Raises `MissingResourceError` where what `how` needs is not installed."""
    _METHODS[how].check_installed()


def prepare(image: RgbImage, how: Refinement = Refinement.DENSE_CRF, preset: CrfPreset = CrfPreset.SEC) -> Fit:
    """What fits any number of score maps to the edges of an RGB image (H, W, 3); all that depends on the image
    alone is done now.

    One label alone is returned as it is. Raises `MissingResourceError` where what `how` needs is not installed.
    """
    fit = _METHODS[how].prepare(image, PRESETS[preset])
    return lambda scores: scores if len(scores) == 1 else fit(scores)


def unary_energies(scores: FloatMap) -> FloatMap:
    """-log of scores (L, H, W) in [0, 1], which need not sum to 1: a constant per pixel changes nothing."""
    return -np.log(np.maximum(scores, np.float32(SMALLEST_PROBABILITY)))


def dense_crf(image: RgbImage, parameters: CrfParameters) -> Fit:
    """Probabilities (L, H, W) after mean-field inference by pydensecrf, which is compiled code.

    `image` is RGB (H, W, 3), scores are (L, H, W) in [0, 1]. Raises `MissingResourceError` without pydensecrf.
    """
    new_field = compiled_crf()
    height, width = image.shape[:2]

    @cache
    def field(labels: int) -> Any:
        """With the lattices of the image, which cost as much as some iterations; a field is for so many labels."""
        made = new_field(width, height, labels)
        # It reads buffers as C-contiguous float32 or uint8, and raises for any others and for read-only images.
        made.addPairwiseGaussian(sxy=parameters.gaussian_xy, compat=parameters.gaussian_weight)
        made.addPairwiseBilateral(
            sxy=parameters.bilateral_xy,
            srgb=parameters.bilateral_rgb,
            rgbim=np.array(image, order="C"),
            compat=parameters.bilateral_weight,
        )
        return made

    def fit(scores: FloatMap) -> FloatMap:
        of_image = field(len(scores))
        unary = unary_energies(scores).reshape(len(scores), -1)
        of_image.setUnaryEnergy(np.ascontiguousarray(unary, dtype=np.float32))
        return np.array(of_image.inference(parameters.iterations), dtype=np.float32).reshape(scores.shape)

    return fit


def compiled_crf() -> Any:
    """The class `DenseCRF2D` of pydensecrf. Raises `MissingResourceError` where it is not installed."""
    try:
        from pydensecrf.densecrf import DenseCRF2D
    except ImportError as error:
        raise MissingResourceError(
            "refinement by dense-crf needs pydensecrf, which is not installed. "
            "Try: pip install 'capparse-segmentation[crf]', or mean-field, which needs no compiler"
        ) from error
    return DenseCRF2D


def mean_field(image: RgbImage, parameters: CrfParameters) -> Fit:
    """The same inference in NumPy: Potts compatibility, kernels normalised symmetrically."""
    kernels = [(_normalized_kernel(features), weight) for features, weight in _pairwise(image, parameters)]

    def fit(scores: FloatMap) -> FloatMap:
        unary = unary_energies(scores).reshape(len(scores), -1)
        marginals = _softmax(-unary)
        for _ in range(parameters.iterations):
            messages = sum((np.float32(weight) * kernel(marginals) for kernel, weight in kernels), start=-unary)
            marginals = _softmax(messages)
        return marginals.reshape(scores.shape)

    return fit


def _pairwise(image: RgbImage, parameters: CrfParameters) -> list[tuple[FloatMap, float]]:
    """Features (d, H·W) and weight of the Gaussian and of the bilateral kernel."""
    height, width = image.shape[:2]
    # x before y, as in pydensecrf: how well the lattice approximates depends on the order of the features.
    pixels = np.indices((height, width), dtype=np.float32)[::-1].reshape(2, -1)
    colours = image.reshape(-1, 3).T.astype(np.float32)
    gaussian = pixels / parameters.gaussian_xy
    bilateral = np.concatenate([pixels / parameters.bilateral_xy, colours / parameters.bilateral_rgb])
    return [(gaussian, parameters.gaussian_weight), (bilateral, parameters.bilateral_weight)]


def _normalized_kernel(features: FloatMap) -> Callable[[FloatMap], FloatMap]:
    """Filtering by D^-½ K D^-½ where D holds the row sums of the kernel K."""
    lattice = Lattice.over(features)
    norm = 1 / np.sqrt(lattice.filter(np.ones((1, features.shape[1]), dtype=np.float32)) + np.float32(1e-20))
    return lambda values: norm * lattice.filter(norm * values)


def _softmax(logits: FloatMap) -> FloatMap:
    """Over the first axis."""
    powers = np.exp(logits - logits.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0))


def _pamr(image: RgbImage) -> Fit:
    """`pamr` with its own steps and dilations."""
    return partial(pamr, image.transpose(2, 0, 1).astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Method:
    prepare: Callable[[RgbImage, CrfParameters], Fit]
    check_installed: Callable[[], object] = lambda: None


_METHODS: Mapping[Refinement, _Method] = MappingProxyType(
    {
        Refinement.DENSE_CRF: _Method(dense_crf, compiled_crf),
        Refinement.MEAN_FIELD: _Method(mean_field),
        Refinement.PAMR: _Method(lambda image, _parameters: _pamr(image)),
        Refinement.PIXEL_WALK: _Method(lambda image, _parameters: PixelGraph(image).walk),
        Refinement.NONE: _Method(lambda _image, _parameters: lambda scores: scores),
    }
)
