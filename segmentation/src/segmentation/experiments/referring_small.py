"""Networks of referring expressions where there is no GPU: hundreds of images, and the synthetic world."""

from segmentation.backbones.catalog import PACKAGED, RANDOM
from segmentation.data.crops import CropOptions
from segmentation.experiments.experiment import WORLD_CLASSES, Experiment, Labels
from segmentation.referring.config import (
    ExpressionOptions,
    ReferringConfig,
    ReferringLossOptions,
    ReferringOptions,
    ReferringTraining,
    ScorePoolingOptions,
    TextOptions,
)

POOLINGS = ("mpa", "spa", "gap", "gmp")
_LITE0 = ReferringConfig(
    backbone="efficientnet-lite0-head",
    weights="packaged",
    crop=CropOptions(size=321),
    frozen_views=4,
    localizer=PACKAGED,
    # Untrained, patches of a cosine above .05 are the best foreground: .7 as a logit.
    network=ReferringOptions(knowledge=True, recall=True, offset=-0.7, text=TextOptions(trained=False)),
    # On phrases alone, a few hundred images wear off what the start knows.
    expressions=ExpressionOptions(class_names="all", entailed="positive", synonyms="ignored"),
    loss=ReferringLossOptions(reduction="mean", balanced=True),
    training=ReferringTraining(epochs=4, batch_size=16, learning_rate=0.01, momentum=0.9),
)
SYNTHETIC = ReferringConfig(
    backbone="tiny",
    weights=RANDOM,
    crop=CropOptions(size=81),
    network=ReferringOptions(dimension=64, text=TextOptions(trained=False)),
    expressions=ExpressionOptions(entailed="positive"),
    loss=ReferringLossOptions(reduction="mean", balanced=True),
    training=ReferringTraining(
        epochs=10, batch_size=8, learning_rate=0.03, warmup_steps=50, momentum=0.9, weight_decay=1e-4
    ),
)


def lite0() -> list[Experiment]:
    """EfficientNet-Lite0 and MiniLM, both from installed packages, that start from what ImageNet's classes are
    called."""
    return [
        Experiment(
            name="lite0-referring",
            summary="EfficientNet-Lite0 and MiniLM on what captions call things, from ImageNet's classifier and "
            "the class rows of the model that ships: MPA.",
            config=_LITE0,
            labels=Labels.VISUAL,
            cost="4 views of every image at 321 × 321, without a backward pass, and seconds for each epoch after",
            evaluation="--truth VAL_TRUTH --refine none",
        )
    ]


def synthetic() -> list[Experiment]:
    """A tiny network from scratch on images of `capseg synthesize`: the poolings of Table 3 in a minute each."""
    return [
        Experiment(
            name=f"synthetic-referring-{kind}",
            summary=f"A tiny network and MiniLM on the synthetic world, {kind.upper()}: Table 3 made small.",
            config=with_pooling(SYNTHETIC, kind),
            labels=Labels.VISUAL,
            cost="a minute on one core for 360 images",
            label_space=WORLD_CLASSES,
            evaluation="--truth VAL_TRUTH --refine none",
        )
        for kind in POOLINGS
    ]


def with_pooling(config: ReferringConfig, kind: str) -> ReferringConfig:
    """The same with another pooling."""
    pooling = ScorePoolingOptions.model_validate(config.network.pooling.model_dump() | {"kind": kind})
    network = config.network.model_copy(update={"pooling": pooling})
    return config.model_copy(update={"network": network})
