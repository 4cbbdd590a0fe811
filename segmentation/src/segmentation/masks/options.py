"""How masks are made: options as asked for, and as they are once the network is known."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from segmentation.backbones.devices import PRECISION, Precision
from segmentation.data.label_rules import LabelRules
from segmentation.masks.maps import ScoreRules
from segmentation.masks.refinement import CrfPreset, Refinement
from segmentation.scores.contract import MOST_STEPS, PRESENCE, NetworkTraits, Pixels, Scale, Viewing
from shared_runtime.configuration import Configuration
from shared_runtime.errors import UsageError

ALPHA = MappingProxyType({"resnet50": 8.0, "vgg16": 4.0, "resnet38": 5.0})
"""α of Eq. 11 per backbone (Vilar & Perez, Section IV-C3)."""
DEFAULT_ALPHA = 4.0
"""α for backbones that the paper does not have, chosen with EfficientNet-Lite0 and the CRF on masks of 343 COCO
images; without the CRF, 2 is better."""
Share = Annotated[float, Field(ge=0, le=1)]
PROPAGATION = 2
"""Steps for pre-trained backbones, chosen likewise: mean IoU .271 for .241 without CRF (docs/results/masks.md)."""
_ENLARGED, _ENLARGED_ABSOLUTE = 2.0, 1.25
"""Sides of the input in sides of the crops, for pre-trained backbones: for maps relative to their own maximum,
and for logits that compete with a background's, which mean less at sizes that no crop had. The first was chosen on
masks of 343 COCO images, with crops of 224 pixels (448: .277; 320, 448 and 640 together: .279), the second on
those of 144, with crops of 385 (385, 448, 480 and 640: .278, .297, .300, .277)."""
ABSOLUTE = 0.5
"""Weight of absolute scores for networks that were trained for them, chosen on masks of 144 COCO images: mean
IoU .262 with relative ones alone, .265 with absolute ones, .286 with half of each."""

SHARPNESS = 3.0
"""With absolute scores: dense CRF gave 144 COCO images .318 with 1, .325 with 2, .327 with 3 (.297 without it)."""

_MIDPOINT = "midpoint"
MOST_POWER, _MOST_LOGIT = 1000.0, 1000.0
"""Beyond them nothing is left to tell apart."""


class ViewingOptions(Configuration):
    """What all options of masks share: how a network looks at images, and how masks are fitted to them."""

    scales: tuple[Scale, ...] = Field((1.0,), min_length=1, description="Of the input; maps are averaged.")
    flip: bool = Field(False, description="Average with the maps of the mirrored image.")
    crf_preset: CrfPreset = Field(CrfPreset.SEC, description="Parameters of the CRF.")
    precision: Precision = Field("float32", description=PRECISION)


class MaskOptions(ViewingOptions):
    """Defaults: what made the best masks; what they leave open depends on the network, see `resolved`.

    Those of Vilar & Perez (Sections III-C and IV-C): `input_size="original"`, no propagation, no consensus.
    """

    alpha: PositiveFloat | None = Field(None, le=MOST_POWER, description="α of Eq. 11; None: by backbone.")
    gamma: NonNegativeFloat = Field(0.7, le=1, description="γ of Eq. 13.")
    compounds: bool = Field(True, description="Add compound heatmaps to their classes (Eq. 9).")
    positive_background: bool = Field(True, description="Use maps of background classes (Eq. 12).")
    absolute: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Weight of a softmax over the logits of the image's classes and the background's, beside "
        "scores relative to each map's maximum (Eq. 10); not in the paper. "
        f"None: {ABSOLUTE} if the network was trained with a background logit, else 0.",
    )
    background_logit: float | None = Field(
        None,
        ge=-_MOST_LOGIT,
        le=_MOST_LOGIT,
        description="That of the background there: higher for smaller objects. None: as in training.",
    )
    input_size: Pixels | Literal["auto", "train", "original"] = Field(
        "auto",
        description="Side of the square that images are resized to, or their shorter side for a segmentation "
        "network; train: the side of the training crops; "
        "auto: twice that if the backbone was pre-trained, 1.25 times for a network that learned against a "
        "background; original: their own height and width. Always rounded "
        "to whole cells.",
    )
    propagation: NonNegativeInt | None = Field(
        None,
        le=MOST_STEPS,
        description="Steps that carry heatmaps to cells that look alike; not in the paper. "
        f"None: {PROPAGATION} if the backbone was pre-trained, else 0.",
    )
    consensus: bool = Field(
        True,
        description="Mix in what the maps of all images of the label file say about how a class looks; not in the "
        "paper, and not where a network gives no cells, as a segmentation network, which has learned it.",
    )
    presence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="How far a segmentation network believes that the classes of an image's record are there; 0: "
        f"they compete, no more. None: {PRESENCE} for such a network; others find what they are told of.",
    )
    refine: Refinement | None = Field(
        None,
        description="How maps are fitted to the image's edges. None: by a walk over pixels with absolute scores, "
        "else by dense CRF, as in the paper.",
    )
    sharpness: PositiveFloat | None = Field(
        None,
        le=MOST_POWER,
        description="Power of what each class has of a cell, before refinement: higher leaves less to the image's "
        f"edges; not in the paper. None: {SHARPNESS} with absolute scores, else 1.",
    )
    ignore_band: tuple[Share, Share] | None = Field(
        None,
        description="Where the best class has between these shares of what it and the background score together, "
        "masks say 255; not in the paper.",
    )
    conversion: Literal["algorithm-1", "midpoint"] = Field(
        "algorithm-1",
        description="How heatmaps become scores: as the paper's Algorithm 1 has it; or as TAM-Net does, less the "
        "mean of minimum and maximum, beside a background of 0, which no refinement takes.",
    )
    labels: LabelRules = Field(LabelRules(), description="Which labels are believed, and get a part of the mask.")

    @field_validator("ignore_band")
    @classmethod
    def _ordered(cls, band: tuple[float, float] | None) -> tuple[float, float] | None:
        if band is not None and band[0] >= band[1]:
            raise ValueError("expected the lower share first")
        return band

    @field_validator("conversion")
    @classmethod
    def _gives_shares(cls, conversion: str, others: ValidationInfo) -> str:
        refined = others.data.get("refine") is not Refinement.NONE or others.data.get("ignore_band") is not None
        if conversion == _MIDPOINT and refined:
            raise ValueError("its scores are no shares; give --refine none, and no ignore band")
        return conversion

    def resolved(self, network: NetworkTraits) -> "ResolvedMaskOptions":
        """The same options with what the network decides filled in; cues that it was not trained for are off.

        Raises UsageError for a value that would change nothing with this network and these options.

        A segmentation network learned from refined masks what these options are for. One trained from scratch
        knows objects at the size alone that it saw them in, and its middle layers know colours rather than
        objects.
        """
        side = network.crop_size
        enlarged = network.pretrained and not network.own_background
        trained = network.background_logit
        factor = 1.0 if not enlarged else _ENLARGED if trained is None else _ENLARGED_ABSOLUTE
        sides: dict[int | str, int] = {"train": side, "auto": round(factor * side)}
        left_open: dict[str, Any] = {
            "alpha": ALPHA.get(network.backbone, DEFAULT_ALPHA),
            "absolute": 0.0 if trained is None else ABSOLUTE,
            "background_logit": trained or 0.0,
            "propagation": PROPAGATION if enlarged else 0,
            "presence": PRESENCE if network.segmentation else None,
        }
        decided = {
            name: value if (own := getattr(self, name)) is None else own for name, value in left_open.items()
        }
        by_scores = {
            "refine": Refinement.PIXEL_WALK if decided["absolute"] else Refinement.DENSE_CRF,
            "sharpness": SHARPNESS if decided["absolute"] else 1.0,
        }
        left_open |= by_scores
        decided |= {name: getattr(self, name) or value for name, value in by_scores.items()}
        decided |= {
            "compounds": self.compounds and network.attributes,
            "positive_background": self.positive_background and network.background,
            "input_size": sides.get(self.input_size, self.input_size),
            # Its probabilities are mixed with shares, which those of midpoints are not.
            "consensus": self.consensus and network.gives_cells and self.conversion != _MIDPOINT,
        }
        resolved = ResolvedMaskOptions(**dict(self) | decided)
        self._check_used(network, resolved, left_open)
        return resolved

    def _check_used(
        self, network: NetworkTraits, resolved: "ResolvedMaskOptions", left_open: dict[str, Any]
    ) -> None:
        """Raises UsageError for an option that nothing asks, unless it has the value that it would have anyway."""
        for names, why in _unused(network, resolved):
            for name in names:
                value = getattr(resolved, name)
                if value != left_open.get(name, type(self).model_fields[name].default):
                    raise unused_option(name, value, why)


class ResolvedMaskOptions(MaskOptions):
    """Options in which nothing is left open: they decide the masks, and stand in the `run.json` beside them."""

    alpha: PositiveFloat
    absolute: float = 0.0
    background_logit: float = 0.0
    refine: Refinement
    sharpness: PositiveFloat = 1.0
    input_size: PositiveInt | Literal["original"]
    propagation: NonNegativeInt

    @property
    def rules(self) -> ScoreRules:
        """How heatmaps become scores."""
        return ScoreRules(
            self.alpha,
            self.gamma,
            self.compounds,
            self.positive_background,
            self.absolute,
            self.background_logit,
            self.conversion == _MIDPOINT,
        )

    @property
    def viewing(self) -> Viewing:
        """How the network looks at images."""
        return Viewing(
            self.input_size,
            self.scales,
            self.flip,
            self.propagation,
            self.compounds,
            self.precision,
            presence=PRESENCE if self.presence is None else self.presence,
        )


def unused_option(name: str, value: object, why: str) -> UsageError:
    """What to raise for an option that changes nothing."""
    option = f"--{name.replace('_', '-')}"
    return UsageError(f"{option}: got {value}, which would change nothing: {why}. Leave it out")


def recorded(options: Configuration) -> dict[str, Any]:
    """Resolved options as `run.json` has them: those of masks say nothing of a presence that is the default, nor
    those of predictions of a `min_score` of 0.

    Earlier versions had no such options, and the masks of their folders are the same.
    """
    config = options.model_dump(mode="json")
    if config.get("min_score") == 0:
        del config["min_score"]
    if isinstance(options, ResolvedMaskOptions) and options.presence in (None, PRESENCE):
        del config["presence"]
    return config


def _unused(network: NetworkTraits, options: ResolvedMaskOptions) -> Iterator[tuple[tuple[str, ...], str]]:
    """Names of options that nothing asks with these others, or of this network, and why."""
    relative, of_scores = ("alpha", "gamma"), ("alpha", "gamma", "background_logit")
    if network.own_background:
        yield (*of_scores, "absolute", "conversion"), "the network says itself where no class is"
    if options.conversion == _MIDPOINT:
        # A weight of 0 is what they have.
        names = (*of_scores, "absolute") if options.absolute else of_scores
        yield names, "midpoints are compared with a background of 0"
    if options.absolute == 1:
        yield relative, "relative scores, which it shapes, count for nothing beside --absolute 1"
    if not options.positive_background:
        yield ("gamma",), "it weighs the maps of background classes, and none is used"
    if not options.absolute:
        yield ("background_logit",), "it competes in absolute scores alone, whose weight (--absolute) is 0"
    if network.segmentation:
        yield ("propagation",), "a segmentation network carries its maps itself"
    else:
        yield ("presence",), "it says how far a segmentation network believes labels, and this is none"
    if options.refine is Refinement.NONE:
        yield ("sharpness",), "it is there for a refinement, and --refine is none"
