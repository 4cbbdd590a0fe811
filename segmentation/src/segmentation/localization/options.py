"""What the localization network is made of and what it is trained for."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from segmentation.localization.pooling import WeldonPooling


class LocalizationOptions(BaseModel):
    """Network and loss of Vilar & Perez, Sections III-B and IV-C2; the defaults are those of Table 2.

    `attributes` and `background` are the columns of Table 6. Without attributes there is neither a compound
    branch nor a loss for it; without background, the classes of C_bg are neither supervised nor localized.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: Literal["embeddings", "plain-cam"] = Field(
        "embeddings", description="The paper's network, or a classifier without embeddings as a reference."
    )
    d_cls: PositiveInt = Field(512, description="Channels of the class embeddings.")
    d_attr: PositiveInt = Field(512, description="Channels of the attribute embeddings.")
    d_comp: PositiveInt = Field(512, description="Channels of the compound embeddings.")
    pooling: WeldonPooling = WeldonPooling()
    knowledge: bool = Field(False, description="Start the class embeddings from the ImageNet classifier.")
    attributes: bool = Field(True, description="Supervise class-attribute pairs.")
    background: bool = Field(True, description="Supervise background classes.")
    balanced: bool = Field(True, description="Weighted binary cross-entropy (Eq. 7); False: every weight is 1.")
    negatives: NonNegativeInt = Field(10, description="Pairs with an absent class per positive pair (Eq. 8).")
    lambda_fg: NonNegativeFloat = 1.0
    lambda_bg: NonNegativeFloat = 0.1
    lambda_comp: NonNegativeFloat = 0.1

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
