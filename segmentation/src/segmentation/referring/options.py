"""How expressions are looked for in new images, as asked for and as it is once the network is known; no torch."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from segmentation.masks.given import GivenOptions
from segmentation.masks.options import DEFAULT_ALPHA, MOST_POWER, ViewingOptions
from segmentation.masks.refinement import Refinement
from segmentation.scores.contract import MOST_STEPS, NetworkTraits, Pixels
from shared_schemas import load_label_space
from shared_schemas.label_space_file import SHIPPED

IMAGE, NOTHING, AUTO = "image", "none", "auto"
"""As rivals, in the place of a label space: what else is asked of the same image; nothing; or what suits the
network."""
_STEPS = 2
"""Of propagation, for pre-trained backbones beside the names of a label space. With the size below: macro IoU .181
for .174, on 136 other images of COCO."""
_ENLARGED = 1.25
"""Sides of the input in sides of the crops, for pre-trained backbones beside the names of a label space. Chosen on
the names of classes in 144 images of COCO: macro IoU .173 at 321 pixels, .188 at 401; without rivals .146, .151.
"""


class ReferringPrediction(ViewingOptions, GivenOptions):
    """Defaults: one view of the image at the size of the training crops, fitted to its edges."""

    input_size: Pixels | Literal["auto", "original"] = Field(
        "auto",
        description="Side of the square at which the network sees an image, in pixels; auto: that of the training "
        "crops, or 1.25 times that for pre-trained backbones beside the names of a label space; original: its own "
        "sides.",
    )
    propagation: int | None = Field(
        None,
        ge=0,
        le=MOST_STEPS,
        description="Steps by which similarities are carried to cells that look alike; not in the paper. None: 2 "
        "for pre-trained backbones beside the names of a label space, else 0.",
    )
    relative: bool | None = Field(
        None,
        description="Read maps as those of class activation mapping are: relative to their maximum in the image, "
        "which is taken to show what the text says. None: so for networks with GAP and GMP, as in the paper, and "
        "where there are rivals.",
    )
    rivals: str = Field(
        AUTO,
        description="What else may be seen, and competes for each cell: the class names of this label space; "
        "image: what else is asked of the same image, or the background where that is nothing; none: nothing, as "
        "in the paper; auto: the class names that a network learned beside phrases, if it did.",
    )
    alpha: float | None = Field(
        None,
        ge=0,
        le=MOST_POWER,
        description="Of a map that is relative, the background is 1 less the map, to the power of this (Ahn and "
        f"Kwak 2018). None: {DEFAULT_ALPHA:g}.",
    )
    min_score: float = Field(
        0.0,
        ge=0,
        le=1,
        description="A text that scores less in an image gets an empty mask; 0: each is taken to be there, as in "
        "the paper.",
    )
    refine: Refinement | None = Field(
        None, description="How masks are fitted to edges; None: by a walk over pixels."
    )

    @field_validator("rivals")
    @classmethod
    def _are_known(cls, rivals: str) -> str:
        if rivals not in (IMAGE, NOTHING, AUTO, *SHIPPED) and Path(rivals).suffix not in (".toml", ".json"):
            # Says which there are. A file is read where a network is asked beside its names.
            load_label_space(rivals)
        return rivals

    def resolved(self, network: NetworkTraits) -> "ResolvedReferring":
        """The same with what the network and the installation decide filled in."""
        rivals = (network.names or NOTHING) if self.rivals == AUTO else self.rivals
        named = network.pretrained and rivals not in (NOTHING, IMAGE)
        size = self.input_size
        if size == "auto":
            size = round((_ENLARGED if named else 1.0) * network.crop_size)
        by_network = not network.own_background or rivals != NOTHING
        decided = {
            "input_size": size,
            "propagation": (_STEPS if named else 0) if self.propagation is None else self.propagation,
            "relative": by_network if self.relative is None else self.relative,
            "rivals": rivals,
            "alpha": DEFAULT_ALPHA if self.alpha is None else self.alpha,
            "refine": self.refine or Refinement.PIXEL_WALK,
        }
        return ResolvedReferring(**dict(self) | decided)


class ResolvedReferring(ReferringPrediction):
    """Options in which nothing is left open: they decide the masks, and stand in the `run.json` beside them."""

    input_size: Pixels | Literal["original"]
    propagation: int = 0
    rivals: str = NOTHING
    relative: bool
    alpha: float = DEFAULT_ALPHA
    refine: Refinement

    def recorded(self) -> dict[str, Any]:
        """As `run.json` has them: nothing of a `min_score` of 0, which earlier versions did not know."""
        return self.model_dump(mode="json", exclude=set() if self.min_score else {"min_score"})

    @property
    def names(self) -> str | None:
        """The label space whose class names are rivals; None: there are others, or none."""
        return None if self.rivals in (NOTHING, IMAGE) else self.rivals
