"""All that decides a segmentation network, but for the images and their masks; without torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from segmentation.backbones.catalog import backbone_entry
from segmentation.runs.folder import TRAIN_LOCALIZER, TRAIN_SEGMENTER
from segmentation.runs.trained import finished_weights
from segmentation.scores.contract import MOST_STEPS, Scale
from segmentation.training.config import ClassifierUse, Factor, TrainingConfig, TrainingOptions, Weight
from shared_runtime.configuration import Configuration
from shared_runtime.errors import UsageError

FROM_MASKS = "masks"
"""In place of a label space: the one that the folder of masks says it is of."""


class SegmentationOptions(Configuration):
    """What reads the cells of the backbone. Defaults: DeepLab-ASPP on VGG-16 (Chen et al. 2018, "DeepLab-L")."""

    head: Literal["aspp", "linear"] = Field(
        "aspp",
        description="aspp: branches of several dilations, summed; linear: one 1×1 convolution, cheap on CPUs.",
    )
    dilations: tuple[PositiveInt, ...] = Field(
        (6, 12, 18, 24), min_length=1, description="One branch each: of its 3×3 convolution, at output stride 8."
    )
    scale_dilations: bool = Field(
        True,
        description="Count dilations in pixels, so that stride 16 halves them; False: in cells, as they stand.",
    )
    channels: PositiveInt = Field(1024, description="Of fc6 and fc7 in each branch.")
    dropout: float = Field(0.5, ge=0, lt=1, description="After fc6 and fc7; in the linear head before its rows.")
    propagation: NonNegativeInt = Field(
        0,
        le=MOST_STEPS,
        description="Steps that carry logits to cells that look alike to a middle layer, once the network is "
        "trained; not in the paper. It suits pre-trained backbones.",
    )
    rows: Literal["random", "imagenet", "localizer"] = Field(
        "random",
        description="What the class rows of the linear head start from: the ImageNet classifier, by WordNet, or "
        "the class embeddings of the localizer that the backbone comes from.",
    )
    background_logit: float | None = Field(
        None,
        description="What the background of a linear head starts from: higher for smaller objects. None: what "
        "classes competed with in the localizer, else 0.",
    )
    sharpness: PositiveFloat = Field(
        1.0,
        description="What known rows and the background's logit are multiplied by: classes that were learned one "
        "by one are told apart more surely than each was found.",
    )

    @model_validator(mode="after")
    def _rows_read_the_backbone(self) -> Self:
        if self.rows != "random" and self.head != "linear":
            raise ValueError(f"rows from {self.rows} read the backbone's own channels; set network.head=linear")
        if self.rows == "random" and (self.background_logit is not None or self.sharpness != 1):
            raise ValueError(
                "background_logit and sharpness go with known rows; set network.rows=imagenet or localizer"
            )
        return self


class NoiseOptions(Configuration):
    """Which labels of masks a network leaves out because it doubts them; off by default, as in the paper."""

    contradiction: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Leave out pixels for which another class has more than this probability. The threshold "
        "falls to it from 1, by a cosine over the training: the more a network has seen, the more it is trusted.",
    )
    mixture: bool = Field(
        False,
        description="Leave out pixels whose loss belongs to the higher of two Gaussians that are fitted to the "
        "losses of an image (DuPL, Wu et al. 2024).",
    )
    mixture_certainty: float = Field(0.95, gt=0, lt=1, description="Least probability of the higher Gaussian.")
    mixture_distance: NonNegativeFloat = Field(
        1.0, description="Least difference of the means; Gaussians that lie closer tell nothing apart."
    )
    mixture_begin: float = Field(0.4, ge=0, lt=1, description="Share of the training before it begins.")
    worst_images: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Leave out this share of a batch's images at the end, those of the highest mean loss; it "
        "rises from 0, linearly.",
    )

    @property
    def any(self) -> bool:
        """Whether any is on."""
        return self.contradiction is not None or self.mixture or self.worst_images > 0


class GrowingOptions(Configuration):
    """Seeded region growing in every step (DSRG, Huang et al. 2018), for masks with an ignore band."""

    enabled: bool = False
    background: float = Field(
        0.99, gt=0, le=1, description="Least probability of pixels that the background takes."
    )
    foreground: float = Field(0.85, gt=0, le=1, description="Least probability of pixels that a class takes.")


class CorrectionOptions(Configuration):
    """Labels give way to what the network has learned (ADELE, Liu et al. 2022); the defaults are its authors'.

    Its two parts go alone or together: `enabled` corrects labels, `consistency` is a loss.
    """

    enabled: bool = False
    flattening: float = Field(
        0.9,
        gt=0,
        lt=1,
        description="A class is learned when the curve of its IoU on the training images rises so much more "
        "slowly than at first, in shares of that.",
    )
    confidence: float = Field(
        0.8,
        gt=0,
        lt=1,
        description="Probability that a prediction must exceed to correct a label, and that an image must have "
        "somewhere for its consistency to count.",
    )
    scales: tuple[Scale, ...] = Field(
        (0.7, 1.0, 1.5), min_length=1, description="Of the crops, over which predictions are averaged."
    )
    consistency: Weight = Field(
        0.0,
        description="Weight, beside the loss on masks at each scale, of how far predictions at the scales differ "
        "from their mean; its authors have 1. 0: masks are learned at scale 1 alone.",
    )

    @model_validator(mode="after")
    def _compares_scales(self) -> Self:
        if self.consistency and not (1.0 in self.scales and len({*self.scales}) > 1):
            raise ValueError(
                "consistency compares scale 1 with others; set loss.correction.scales=[0.7, 1.0, 1.5] or "
                "loss.correction.consistency=0"
            )
        return self


class MaskLossOptions(Configuration):
    """How a network learns from masks that may be wrong. Defaults: Vilar & Perez, Section IV-C4."""

    kind: Literal["balanced", "cross-entropy"] = Field(
        "balanced",
        description="balanced: background and foreground pixels weigh the same (DSRG's seed loss); cross-entropy: "
        "the mean over all labelled pixels.",
    )
    stride: PositiveInt | None = Field(
        None,
        description="Pixels between the points at which logits, interpolated, are compared with the mask; None: "
        "at the cells, as in DeepLab.",
    )
    noise: NoiseOptions = NoiseOptions()
    growing: GrowingOptions = GrowingOptions()
    correction: CorrectionOptions = CorrectionOptions()
    corrected_weight: Factor = Field(
        1.0, description="How much an image whose mask a person corrected weighs, in place of 1."
    )


class SegmenterTraining(TrainingOptions):
    """Defaults: Vilar & Perez, Section IV-C4, with the rates of DeepLab's last layer."""

    epochs: PositiveInt = Field(10, description="Passes over the samples.")
    warmup_steps: int = Field(2000, ge=0, description="Steps over which the rate first rises linearly.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of SGD.")
    new_layer_factor: Factor = Field(
        10.0, description="Rate of layers trained from scratch, the last one's bias apart / learning_rate."
    )
    last_bias_factor: Factor = Field(20.0, description="Rate of the last layer's bias / learning_rate.")


class SegmenterConfig(TrainingConfig):
    """The network, its loss, its training and the images it sees. Defaults: the paper's segmentation network."""

    command: ClassVar[str] = TRAIN_SEGMENTER

    backbone: str = Field("vgg16-deeplab", description="Name of a backbone.")
    label_space: str = Field(
        FROM_MASKS,
        description="A label space that ships, a TOML or JSON file, or 'masks': what their folder says.",
    )
    localizer: str | None = Field(
        None,
        description="A finished run of train-localizer whose backbone it starts from, in place of `weights`.",
    )
    network: SegmentationOptions = SegmentationOptions()
    loss: MaskLossOptions = MaskLossOptions()
    training: SegmenterTraining = SegmenterTraining()

    @model_validator(mode="after")
    def _sees_its_images(self) -> Self:
        correction = self.loss.correction
        if self.frozen_views and correction.consistency:
            raise ValueError(
                "a frozen backbone sees images at one scale; set loss.correction.consistency=0 or frozen_views=0"
            )
        if correction.enabled and self.frozen_views and correction.scales != (1.0,):
            raise ValueError(
                "a frozen backbone sees images at one scale; set loss.correction.scales=[1.0] or frozen_views=0"
            )
        return self

    def localizer_weights(self) -> Path | None:
        """The weights of the localizer that it starts from; None: it starts from none.

        Raises UsageError where its class rows are wanted and it is not given, InputError where it is no finished
        run.
        """
        if self.localizer is None:
            if self.network.rows == "localizer":
                raise UsageError(
                    "class rows from a localizer (network.rows) need one. Give --localizer RUN, a finished run of "
                    "train-localizer"
                )
            return None
        return finished_weights(Path(self.localizer), TRAIN_LOCALIZER)

    def starting_weights(self) -> Path | None:
        """As of every training; None also where the backbone comes from a localizer."""
        if self.localizer is None:
            return super().starting_weights()
        backbone_entry(self.backbone)
        return None

    @property
    def classifier_use(self) -> ClassifierUse | None:
        """The class rows, where these are to be ImageNet's."""
        if self.network.rows != "imagenet":
            return None
        return ClassifierUse("class rows from the ImageNet classifier (network.rows) need", "network.rows=random")

    def places(self) -> Mapping[str, Path]:
        """As of every training, and the localizer."""
        return {**super().places(), **({"localizer": Path(self.localizer)} if self.localizer else {})}

    def start_files(self) -> Mapping[str, Path]:
        """As of every training, and the weights of the localizer."""
        files, localizer = super().start_files(), self.localizer_weights()
        return files if localizer is None else {**files, "the localizer": localizer}
