"""One function for all refinements of full-resolution score maps."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segmentation.masks.crf import PRESETS, compiled_crf, dense_crf, mean_field
from segmentation.masks.maps import FloatMap


class Refinement(StrEnum):
    """How score maps are fitted to the edges of the image."""

    DENSE_CRF = "dense-crf"
    """Dense CRF by pydensecrf: the extra `crf`, which has to be compiled."""
    MEAN_FIELD = "mean-field"
    """The same model in NumPy: nothing to install, slower."""
    NONE = "none"
    """Not at all."""


def check_installed(how: Refinement) -> None:
    """Raises `MissingResourceError` where what `how` needs is not installed."""
    if how is Refinement.DENSE_CRF:
        compiled_crf()


def refine(
    image: NDArray[np.uint8], scores: FloatMap, how: Refinement = Refinement.DENSE_CRF, preset: str = "sec"
) -> FloatMap:
    """Score maps (L, H, W) in [0, 1] of an RGB image (H, W, 3), fitted to its edges; same shape, still in [0, 1].

    `preset` is a key of `PRESETS`. One label alone is returned as it is. Raises `MissingResourceError` where what
    `how` needs is not installed.
    """
    if how is Refinement.NONE or len(scores) == 1:
        return scores
    implementation = dense_crf if how is Refinement.DENSE_CRF else mean_field
    return implementation(image, scores, PRESETS[preset])
