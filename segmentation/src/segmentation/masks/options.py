"""How masks are made: `MaskOptions` decide the result, and stand in the folder of the masks."""

from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from segmentation.backbones.catalog import RANDOM
from segmentation.localization.config import LocalizerConfig
from segmentation.masks.crf import PRESETS
from segmentation.masks.refine import Refinement
from shared_runtime.configuration import FrozenModel

ALPHA = MappingProxyType({"resnet50": 8.0, "vgg16": 4.0, "resnet38": 5.0})
"""α of Eq. 11 per backbone (Vilar & Perez, Section IV-C3)."""
DEFAULT_ALPHA = 4.0
"""α for backbones that the paper does not have, chosen with EfficientNet-Lite0 and the CRF on masks of 343 COCO
images; without the CRF, 2 is better."""
PROPAGATION = 2
"""Steps for pre-trained backbones, chosen likewise."""


class MaskOptions(FrozenModel):
    """Defaults: Section IV-C3 of Vilar & Perez. Where they depend on the network, see `resolved`."""

    alpha: PositiveFloat | None = Field(None, description="α of Eq. 11; None: by backbone.")
    gamma: NonNegativeFloat = Field(0.7, le=1, description="γ of Eq. 13.")
    compounds: bool = Field(True, description="Add compound heatmaps to their classes (Eq. 9).")
    positive_background: bool = Field(True, description="Use maps of background classes (Eq. 12).")
    input_size: PositiveInt | Literal["auto", "train", "original"] = Field(
        "auto",
        description="Side of the square that images are resized to; train: the side of the training crops; "
        "auto: twice that if the backbone was pre-trained; original: their own height and width. Always rounded "
        "to whole cells.",
    )
    scales: tuple[PositiveFloat, ...] = Field((1.0,), min_length=1, description="Of the input; maps are averaged.")
    flip: bool = Field(False, description="Average with the maps of the mirrored image.")
    propagation: NonNegativeInt | None = Field(
        None,
        description="Steps by which heatmaps are carried to cells that look alike; the paper has none. "
        f"None: {PROPAGATION} if the backbone was pre-trained, else 0.",
    )
    consensus: bool | None = Field(
        None,
        description="Mix in what the maps of all images say together of how a class looks; the paper has none. "
        "None: if the backbone was pre-trained.",
    )
    refine: Refinement = Field(Refinement.DENSE_CRF, description="How maps are fitted to the image's edges.")
    crf_preset: str = Field("sec", description="Parameters of the CRF.")

    @field_validator("crf_preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        if name not in PRESETS:
            raise ValueError(f"got {name!r}, expected one of {', '.join(PRESETS)}")
        return name

    def resolved(self, network: LocalizerConfig) -> Self:
        """The same options with what the network decides filled in; cues that it was not trained for are off.

        A network trained from scratch knows objects at the size alone that it saw them in, and its middle layers
        know colours rather than objects.
        """
        side = network.crop.size
        pretrained = network.weights != RANDOM
        sides: dict[int | str, int] = {"train": side, "auto": 2 * side if pretrained else side}
        propagation = PROPAGATION if pretrained else 0
        return self.model_copy(
            update={
                "alpha": ALPHA.get(network.backbone, DEFAULT_ALPHA) if self.alpha is None else self.alpha,
                "input_size": sides.get(self.input_size, self.input_size),
                "propagation": propagation if self.propagation is None else self.propagation,
                "consensus": pretrained if self.consensus is None else self.consensus,
                "compounds": self.compounds and network.network.attributes,
                "positive_background": self.positive_background and network.network.background,
            }
        )
