"""All that decides a grounding model, but for the images and their captions; without torch."""

from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from segmentation.localization.config import PoolingOptions
from segmentation.runs.folder import TRAIN_GROUNDING
from segmentation.training.config import Factor, Rate, TrainingConfig, TrainingOptions, Weight
from shared_runtime.configuration import Configuration


class TextOptions(Configuration):
    """What makes a vector of a text: a recurrent network over vectors of words, learned from the captions."""

    least_count: PositiveInt = Field(
        2, description="Texts that must have a word; rarer ones are one unknown word."
    )
    word_channels: PositiveInt = Field(620, description="Of the vectors of words.")
    layers: PositiveInt = Field(4, description="Of the recurrent network.")
    cell: Literal["gru", "sru"] = Field(
        "gru", description="Of what the recurrent network is made; sru: the authors' (Lei et al. 2018)."
    )


class GroundingOptions(Configuration):
    """The network. Defaults: DSVE (Engilberge et al. 2018, "Finding beans in burgers")."""

    dimension: PositiveInt = Field(2400, description="D, of the space that images and texts share.")
    dropout: float = Field(0.5, ge=0, lt=1, description="Of both vectors, before they get length 1.")
    pooling: PoolingOptions = PoolingOptions()
    top: PositiveInt = Field(180, description="Channels, the largest of a text's vector, that its heatmap sums.")
    text: TextOptions = TextOptions()


class TripletOptions(Configuration):
    """The loss. Defaults: DSVE, Eq. 5 and 6."""

    margin: PositiveFloat = Field(0.2, description="By which a pair must be nearer than every foreign one.")
    negatives: Literal["hardest", "all"] = Field(
        "hardest",
        description="Foreign images and texts of the batch that count: the nearest one, or the mean of all.",
    )


class GroundingTraining(TrainingOptions):
    """Defaults: those of DSVE as far as they carry over; AdamW in the place of its Adam."""

    epochs: PositiveInt = Field(30, description="Passes over the images, of each with one text.")
    batch_size: PositiveInt = Field(160, description="Pairs per step, over all processes and parts.")
    learning_rate: Rate = Field(1e-3, description="Initial rate of what is trained from scratch.")
    new_layer_factor: Factor = Field(1.0, description="Rate of new layers / learning_rate.")
    optimizer: Literal["sgd", "adamw"] = Field("adamw", description="What takes the steps.")
    weight_decay: Weight = Field(1e-4, description="L2 penalty on all trained parameters.")


class GroundingConfig(TrainingConfig):
    """The network, its loss, its training and what it sees. Defaults: DSVE, on ResNet-50."""

    command: ClassVar[str] = TRAIN_GROUNDING

    texts: Literal["captions", "phrases", "both"] = Field(
        "captions",
        description="What is drawn for an image: a caption, as DSVE does; a referring phrase of one, or either.",
    )
    network: GroundingOptions = GroundingOptions()
    loss: TripletOptions = TripletOptions()
    training: GroundingTraining = GroundingTraining()
