"""How a network looks at new images, as asked for and as it is once the network is known; without torch."""

from typing import Literal

from pydantic import Field, PositiveInt

from segmentation.masks.given import GivenOptions
from segmentation.masks.options import MaskOptions, ResolvedMaskOptions, ViewingOptions, unused_option
from segmentation.masks.refinement import CRF, CrfPreset, Refinement
from segmentation.scores.contract import PRESENCE, WINDOW, NetworkTraits, Pixels, Viewing

PREDICTED = Refinement.PAMR
"""How predictions are fitted to edges where nothing was asked for: alike on every machine, without a compiler.

Dense CRF has .008 and .005 more on COCO's images, .003 on VOC's (docs/results/segmenters.md).
"""

MIN_SCORE = 0.4
"""Of the classes that are said of an image, more than half of the wrong ones stay below, and a fifth of the right
ones, with the network that ships; the mean IoU is the same (docs/results/segmenters.md)."""


class PredictionOptions(ViewingOptions, GivenOptions):
    """Defaults: one view of the image at the size of the training crops, fitted to its edges."""

    input_size: Pixels | Literal["auto", "original"] = Field(
        "auto",
        description="Shorter side at which the network sees an image, in pixels; auto: the side of the training "
        "crops; original: its own. A localizer sees a square of that side, twice as large for auto.",
    )
    window: PositiveInt = Field(
        WINDOW,
        description="Longest side that a segmenter sees at once, in pixels; what is larger goes in windows.",
    )
    presence: float = Field(
        PRESENCE,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How far a segmenter believes that the classes of a label file are there: the share of what "
        "the surest cell of each lacks to certainty that is added to all; 0: they compete, no more.",
    )
    min_score: float = Field(
        MIN_SCORE,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="A class that a segmenter sees nowhere as surely as this is left out, unless a label file "
        "names it; 0: none is.",
    )
    crf_preset: CrfPreset | None = Field(  # type: ignore[assignment]  # left open here
        None,
        description="Parameters of the CRF. None: DeepLab's, with which a segmenter's masks lose least; of a "
        "localizer, SEC's.",
    )
    refine: Refinement | None = Field(
        None,
        description="How scores are fitted to edges. None: by PAMR; those of a localizer that knows the "
        "background, by a walk over pixels.",
    )

    def resolved(self, network: NetworkTraits) -> "ResolvedPrediction":
        """The same options with what the network decides filled in."""
        decided = {
            "input_size": network.crop_size if self.input_size == "auto" else self.input_size,
            "refine": self.refine or PREDICTED,
            "crf_preset": self._preset(network),
        }
        return ResolvedPrediction(**dict(self) | decided)

    def _preset(self, network: NetworkTraits) -> CrfPreset:
        """Where no CRF is asked for, as records of earlier versions have it."""
        if self.crf_preset is not None:
            return self.crf_preset
        return CrfPreset.DEEPLAB if network.segmentation and self.refine in CRF else CrfPreset.SEC

    def check_for_localizer(self) -> None:
        """Raises UsageError for what a segmenter alone is told, unless it has its default."""
        for name in ("window", "presence", "min_score"):
            if (value := getattr(self, name)) != type(self).model_fields[name].default:
                why = "the model is a localizer, and this is what a segmenter is told"
                raise unused_option(name, value, why)

    def of_masks(self, network: NetworkTraits) -> ResolvedMaskOptions:
        """How score maps come about, as `make-masks` makes them where no mask depends on other images."""
        resolved = MaskOptions(
            input_size=self.input_size,
            scales=self.scales,
            flip=self.flip,
            consensus=False,
            refine=self.refine,
            crf_preset=self._preset(network),
            precision=self.precision,
        ).resolved(network)
        if self.refine is None and resolved.refine is Refinement.DENSE_CRF:
            # Whoever asks for nothing gets a mask without a compiler, too.
            return resolved.model_copy(update={"refine": PREDICTED})
        return resolved


class ResolvedPrediction(PredictionOptions):
    """Options in which nothing is left open: they decide the masks, and stand in the `run.json` beside them."""

    input_size: PositiveInt | Literal["original"]
    crf_preset: CrfPreset
    refine: Refinement

    @property
    def viewing(self) -> Viewing:
        """How the network looks at images."""
        return Viewing(
            self.input_size,
            self.scales,
            self.flip,
            precision=self.precision,
            window=self.window,
            presence=self.presence,
            min_score=self.min_score,
        )
