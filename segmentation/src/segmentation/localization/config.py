"""All that decides a localization network, but for the images and their labels; without torch."""

from typing import ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from segmentation.runs.folder import TRAIN_LOCALIZER
from segmentation.training.config import ClassifierUse, TrainingConfig, TrainingOptions, Weight
from shared_runtime.configuration import Configuration


class PoolingOptions(Configuration):
    """WELDON pooling: `scale * (mean of the k highest cells + alpha * mean of the k lowest cells)`, per channel.

    The low cells are negative evidence. The defaults are DSVE's (Engilberge et al. 2018), which the paper
    follows. `scale=0.5` makes it the mean of both parts, so that it equals average pooling on a constant map;
    WILDCAT (Durand et al. 2017) is `scale=0.5` with `alpha` below 1; `alpha=0` with `k=1` is maximum pooling.
    """

    k: PositiveInt = Field(15, description="Cells at either end; clamped to the size of the map.")
    alpha: float = Field(1.0, ge=0, le=1, description="Weight of the lowest cells.")
    scale: PositiveFloat = 1.0


class WeightedPoolingOptions(Configuration):
    """Pooling of class maps over the cells that a class wins (`scores.pooling`); not in the paper.

    The defaults are those of the public code of its authors (Araslanov & Roth 2020).
    """

    background_logit: float = Field(1.0, description="Logit of the background, in every cell.")
    penalty_power: NonNegativeFloat = Field(3.0, description="p of the size penalty.")
    penalty_floor: float = Field(0.01, gt=0, lt=1, description="λ of the size penalty.")


class LocalizationOptions(Configuration):
    """Network and loss of Vilar & Perez, Sections III-B and IV-C2; the defaults are those of Table 2.

    `attributes` and `background` are the columns of Table 6. Without attributes there is neither a compound
    branch nor a loss for it; without background, the classes of C_bg are neither supervised nor localized.
    """

    architecture: Literal["embeddings", "plain-cam"] = Field(
        "embeddings", description="The paper's network, or a classifier without embeddings as a reference."
    )
    d_cls: PositiveInt = Field(512, description="Channels of the class embeddings.")
    d_attr: PositiveInt = Field(512, description="Channels of the attribute embeddings.")
    d_comp: PositiveInt = Field(512, description="Channels of the compound embeddings.")
    class_pooling: Literal["weldon", "weighted"] = Field(
        "weldon",
        description="How class scores are pooled: the paper's way, per channel; or per class, over the cells in "
        "which it beats the other classes and the background.",
    )
    pooling: PoolingOptions = PoolingOptions()
    weighted: WeightedPoolingOptions = WeightedPoolingOptions()
    knowledge: bool = Field(False, description="Start the class embeddings from the ImageNet classifier.")
    attributes: bool = Field(True, description="Supervise class-attribute pairs.")
    background: bool = Field(True, description="Supervise background classes.")
    balanced: bool = Field(True, description="Weighted binary cross-entropy (Eq. 7); False: every weight is 1.")
    negatives: NonNegativeInt = Field(10, description="Pairs with an absent class per positive pair (Eq. 8).")
    rejection: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the unmentioned classes, those of the largest losses, that is left out of the loss "
        "for every epoch done (LL-R has 0.005); not in the paper. Classes that captions negate stay.",
    )
    lambda_fg: Weight = 1.0
    lambda_bg: Weight = 0.1
    lambda_comp: Weight = 0.1

    @property
    def background_logit(self) -> float | None:
        """Of the background that classes learn to beat; None: they learn without one."""
        return self.weighted.background_logit if self.class_pooling == "weighted" else None

    @model_validator(mode="after")
    def _has_a_loss(self) -> Self:
        supervised = (
            self.lambda_fg > 0,
            self.background and self.lambda_bg > 0,
            self.attributes and self.architecture == "embeddings" and self.lambda_comp > 0,
        )
        if not any(supervised):
            raise ValueError("nothing to train: every loss is off or has weight 0; set lambda_fg above 0")
        return self


class LocalizerConfig(TrainingConfig):
    """The network, its training and the images it sees. Defaults: Table 2 of Vilar & Perez, ResNet-50."""

    command: ClassVar[str] = TRAIN_LOCALIZER

    unlabelled_images: bool = Field(
        True, description="Learn from images without a label too, as examples of what no class looks like (Eq. 1)."
    )
    network: LocalizationOptions = LocalizationOptions()
    training: TrainingOptions = TrainingOptions()

    @property
    def classifier_use(self) -> ClassifierUse | None:
        """The class embeddings, where knowledge is asked for."""
        if not self.network.knowledge:
            return None
        what = "embeddings from the ImageNet classifier (network.knowledge) need"
        return ClassifierUse(what, "network.knowledge=false")
