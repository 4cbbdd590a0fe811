"""How expressions are looked for in new images, as asked for and as it is once the network is known; no torch."""

from typing import Literal

from pydantic import Field

from segmentation.backbones.devices import PRECISION, Precision
from segmentation.masks.options import MOST_POWER
from segmentation.masks.refinement import CrfPreset, Refinement, installed_refinement
from segmentation.scores.contract import MOST_STEPS, NetworkTraits, Pixels, Scale
from shared_runtime.configuration import FrozenModel

_ALPHA = 4.0
IMAGE = "image"
"""As rivals, in the place of a label space: what else is asked of the same image."""
_ENLARGED = 1.25
"""Sides of the input in sides of the crops, for pre-trained backbones beside the names of a label space. Chosen on
the names of classes in 144 images of COCO: macro IoU .173 at 321 pixels, .188 at 401; without rivals .146, .151.
"""


class ReferringPrediction(FrozenModel):
    """Defaults: one view of the image at the size of the training crops, fitted to its edges."""

    input_size: Pixels | Literal["auto", "original"] = Field(
        "auto",
        description="Side of the square at which the network sees an image, in pixels; auto: that of the training "
        "crops, or 1.25 times that for pre-trained backbones beside the names of a label space; original: its own "
        "sides.",
    )
    scales: tuple[Scale, ...] = Field((1.0,), min_length=1, description="Of the input, averaged.")
    flip: bool = Field(False, description="Average with the mirrored image.")
    propagation: int = Field(
        0,
        ge=0,
        le=MOST_STEPS,
        description="Steps by which similarities are carried to cells that look alike; not in the paper.",
    )
    relative: bool | None = Field(
        None,
        description="Read maps as those of class activation mapping are: relative to their maximum in the image, "
        "which is taken to show what the text says. None: so for networks with GAP and GMP, as in the paper, and "
        "where there are rivals.",
    )
    rivals: str | None = Field(
        None,
        description="What else may be seen, and competes for each cell: the class names of this label space, or, "
        "by the word image, what else is asked of the same image; not in the paper.",
    )
    alpha: float | None = Field(
        None,
        ge=0,
        le=MOST_POWER,
        description="Of a map that is relative, the background is 1 less the map, to the power of this (Ahn and "
        f"Kwak 2018). None: {_ALPHA:g}.",
    )
    refine: Refinement | None = Field(
        None, description="How masks are fitted to edges; None: dense CRF if it is installed, else PAMR."
    )
    crf_preset: CrfPreset = Field(CrfPreset.SEC, description="Parameters of the CRF.")
    precision: Precision = Field("float32", description=PRECISION)

    def resolved(self, network: NetworkTraits) -> "ResolvedReferring":
        """The same with what the network and the installation decide filled in."""
        size = self.input_size
        if size == "auto":
            enlarged = network.pretrained and self.rivals not in (None, IMAGE)
            size = round((_ENLARGED if enlarged else 1.0) * network.crop_size)
        by_network = not network.own_background or self.rivals is not None
        decided = {
            "input_size": size,
            "relative": by_network if self.relative is None else self.relative,
            "alpha": _ALPHA if self.alpha is None else self.alpha,
            "refine": self.refine or installed_refinement(),
        }
        return ResolvedReferring(**dict(self) | decided)


class ResolvedReferring(ReferringPrediction):
    """Options in which nothing is left open: they decide the masks, and stand in the `run.json` beside them."""

    input_size: Pixels | Literal["original"]
    relative: bool
    alpha: float = _ALPHA
    refine: Refinement
