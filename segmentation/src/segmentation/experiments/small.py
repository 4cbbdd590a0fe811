"""The same arms where there is no GPU: EfficientNet-Lite0 on hundreds of images, and the synthetic world."""

from segmentation.backbones.catalog import RANDOM
from segmentation.data.crops import CropOptions
from segmentation.experiments.experiment import WORLD_CLASSES, Experiment, Labels
from segmentation.experiments.paper import arms_on, with_network
from segmentation.localization.config import LocalizationOptions, LocalizerConfig
from segmentation.training.config import TrainingOptions

_LITE0 = LocalizerConfig(
    # Without the convolution in front of its classifier the network ends in values without bounds, on which the
    # paper's learning rate diverges.
    backbone="efficientnet-lite0-head",
    weights="packaged",
    unlabelled_images=False,
    # Its 1,280 channels are large, so that new layers need a small rate: trained alone for 158 steps, their loss
    # ends at 0.09 with 0.02, at 5.9 with the 0.1 of the paper.
    training=TrainingOptions(epochs=15, batch_size=18, new_layer_factor=2.0, momentum=0.9),
    # More than COCO has classes; half of the paper's channels keep a step cheap beside so small a backbone.
    network=LocalizationOptions(d_cls=256, d_attr=256, d_comp=256),
)
_SYNTHETIC = LocalizerConfig(
    backbone="tiny",
    weights=RANDOM,
    unlabelled_images=False,
    crop=CropOptions(size=81),
    network=LocalizationOptions(
        d_cls=32,
        d_attr=32,
        d_comp=32,
        # From scratch on a few hundred images, the paper's 0.1 leaves attributes unlearned: Eq. 8 is a mean over
        # all pairs of an image.
        lambda_bg=0.3,
        lambda_comp=1.0,
        # A quarter of the absent attributes, as in the paper: there are 4 here, not 39.
        negatives=1,
    ),
    training=TrainingOptions(epochs=10, batch_size=8, warmup_steps=50, weight_decay=1e-4, momentum=0.9),
)
_FITNESS = {
    224: "all layers learn",
    321: "all layers learn, on crops of the paper's size, for twice the work",
}


def lite0(size: int) -> list[Experiment]:
    """EfficientNet-Lite0 with ImageNet weights from an installed package, on crops of `size` pixels."""
    base = _LITE0.model_copy(update={"crop": CropOptions(size=size)})
    # Larger rates wear off what all layers start with: on masks of COCO images 0.003 did better than 0.01.
    training = base.training.model_copy(update={"learning_rate": 0.003, "new_layer_factor": 1.0})
    knowing = with_network(base.model_copy(update={"training": training}), knowledge=True)
    what = f"EfficientNet-Lite0 at {size} × {size}"
    cost = f"15 epochs at {size} × {size}; `images_per_second` in RUN/metrics.jsonl gives the time on your machine"
    full = Experiment(
        name=f"lite0-{size}",
        summary=f"{what}, embeddings from ImageNet's classifier, no attributes: {_FITNESS[size]}.",
        config=with_network(knowing, attributes=False),
        labels=Labels.VISUAL,
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


def single_stage() -> list[Experiment]:
    """A segmenter without masks and without a second training: class maps that beat a background."""
    config = with_network(
        _LITE0.model_copy(update={"crop": CropOptions(size=385), "frozen_views": 2}),
        architecture="plain-cam",
        class_pooling="weighted",
        knowledge=True,
        attributes=False,
    )
    # Longer or faster, rows remember the few images: twelve epochs at 0.001 lose a tenth on others.
    training = config.training.model_copy(
        update={"optimizer": "adamw", "learning_rate": 0.0005, "new_layer_factor": 1.0, "epochs": 8}
    )
    return [
        Experiment(
            name="lite0-single-stage",
            summary="EfficientNet-Lite0, frozen, and a row for each class that learns to beat the background, on "
            "crops of 385 × 385: the best masks that were measured without a GPU, and, by 'capseg convert', the "
            "segmenter that ships.",
            config=config.model_copy(update={"training": training}),
            labels=Labels.VISUAL,
            cost="two looks at every image, then 8 epochs of the rows alone: 5.5 minutes of processor time for "
            "384 images; 3 MB of disk an image while it trains",
        )
    ]


def synthetic() -> list[Experiment]:
    """A tiny network from scratch on images of `capseg synthesize`: Tables 6, 9 and 10 in minutes."""
    what, cost = "A tiny network on the synthetic world", "half a minute on one core for 360 images"
    others = (
        ("table9-adjectives", Labels.ADJECTIVES, {"background": False}),
        ("table9-verbs", Labels.VERBS, {"background": False}),
        ("table9-compound-nouns", Labels.NOUNS, {"background": False}),
        ("table10-standard-bce", Labels.PARSER, {"balanced": False}),
    )
    return [
        *arms_on("synthetic", _SYNTHETIC, what, cost, mask_options="", label_space=WORLD_CLASSES),
        *(
            Experiment(
                name=f"synthetic-{name}",
                summary=f"{what}: the small version of {name}.",
                config=with_network(_SYNTHETIC, **changes),
                labels=labels,
                cost=cost,
                label_space=WORLD_CLASSES,
            )
            for name, labels, changes in others
        ),
    ]
