"""Segmentation networks: the right halves of the tables of Vilar & Perez 2021, and what a CPU can train.

Each learns from the masks of another experiment, that of a localizer. The paper's are DeepLab-ASPP on VGG-16,
whatever the localizer's backbone is.
"""

from typing import Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.crops import CropOptions
from segmentation.experiments.experiment import OTHER_CLASSES, WORLD_CLASSES, Expected, Experiment, Labels, Scores
from segmentation.experiments.paper import ARMS, PAPER_MASKS, Arm, backbones, table_9, table_10
from segmentation.experiments.small import synthetic
from segmentation.segmenter.config import (
    GrowingOptions,
    MaskLossOptions,
    SegmentationOptions,
    SegmenterConfig,
    SegmenterTraining,
)

_COST = (
    "COCO train2014, 82,783 images, 10 epochs, 45,990 steps of 18 images at 321 × 321, after the localizer's: "
    "needs a GPU; not run by us"
)
_FULL = SegmenterConfig()
"""Section IV-C4: the defaults."""
_LITE0 = SegmenterConfig(
    backbone="efficientnet-lite0-head",
    weights="packaged",
    # As those of the localizer: a network ends in values of its own size.
    network=SegmentationOptions(head="linear", dropout=0.1, rows="imagenet"),
    loss=MaskLossOptions(kind="cross-entropy", stride=8),
    training=SegmenterTraining(
        epochs=15, learning_rate=0.003, warmup_steps=20, new_layer_factor=1.0, last_bias_factor=2.0
    ),
)
_SYNTHETIC = SegmenterConfig(
    backbone="tiny",
    weights=RANDOM,
    crop=CropOptions(size=81),
    network=SegmentationOptions(dilations=(1, 2, 4, 6), scale_dilations=False, channels=32),
    training=SegmenterTraining(epochs=10, batch_size=8, warmup_steps=50, weight_decay=1e-4),
)
_BAND = "--ignore-band 0.3 0.6"
"""Of masks that regions grow in: what lies between is left to the growing."""
_TRANSFER = {
    "baseline": (0.448, 0.528),
    "proposed": (0.512, 0.538),
    "attributes": (0.524, 0.550),
    "background": (0.533, 0.584),
    "full": (0.548, 0.597),
    "ground-truth": (0.503, 0.517),
}
"""mIoU on VOC's val set and on YouTube-Objects, by row of Table 7."""


def table_6() -> list[Experiment]:
    """Supervision components, as the segmentation network shows them (Section V-C, the right half)."""
    return [
        _of_arm(
            row,
            f"table6-{row.name}-segmenter",
            _FULL,
            f"table6-{row.name}",
            expected=Expected(f"Table 6, {row.name}", segmenter=row.segmenter),
        )
        for row in ARMS
    ]


def table_7() -> list[Experiment]:
    """Transfer to other data sets without a training (Section V-D): classes that they lack are left out."""
    return [
        _of_arm(
            row,
            f"table7-{row.name}-{target}",
            _FULL,
            f"table6-{row.name}",
            expected=Expected(f"Table 7, {row.name}, {title}", segmenter=Scores(_TRANSFER[row.name][column])),
            target=target,
        )
        for row in ARMS
        for column, (target, title) in enumerate((("voc", "PASCAL VOC"), ("youtube-objects", "YouTube-Objects")))
    ]


def small_table_7() -> list[Experiment]:
    """The rows of Table 7 on the synthetic world: classes that another world lacks are left out."""
    return [
        _of_arm(
            row,
            f"synthetic-table7-{row.name}",
            _SYNTHETIC,
            f"synthetic-{row.name}",
            cost="a minute on one core for 360 images",
            label_space=WORLD_CLASSES,
            mask_options="",
            target=OTHER_CLASSES,
        )
        for row in ARMS
    ]


def table_11() -> list[Experiment]:
    """Learning rate and warm-up of the segmentation network (Section V-F3)."""
    rows = (
        ("1e-3", 0.001, 0, Scores(0.326, 0.526, 0.470)),
        ("1e-3-warmup", 0.001, 2000, Scores(0.328, 0.525, 0.468)),
        ("1e-2-warmup", 0.01, 2000, Scores(0.357, 0.560, 0.497)),
    )
    return [
        Experiment(
            name=f"table11-{name}",
            summary=f"The full method with ResNet-50, its segmentation network at a learning rate of {rate:g}, "
            f"{f'reached in {warmup:,} steps' if warmup else 'without warm-up'}.",
            config=_trained(_FULL, learning_rate=rate, warmup_steps=warmup),
            labels=Labels.PARSER,
            cost=_COST,
            expected=Expected(f"Table 11, {name}", segmenter=scores),
            mask_options=PAPER_MASKS,
            masks_of="table6-full",
        )
        for name, rate, warmup, scores in rows
    ]


def of_other_tables() -> list[Experiment]:
    """The segmentation networks of Tables 3, 4, 9 and 10, and small ones of Tables 9 and 10."""
    small = [one for one in synthetic() if one.name.startswith(("synthetic-table9", "synthetic-table10"))]
    return [
        *(segmenter_trained_on(one, one.expected) for one in (*backbones(), *table_9(), *table_10())),
        *(segmenter_trained_on(one, None, _SYNTHETIC) for one in small),
    ]


def figure_7() -> list[Experiment]:
    """Passes over the images (Section V-F4): a curve, of which the text says that it is level after 10."""
    paper = (_FULL, _COST, None, PAPER_MASKS, "table6-full")
    small = (_SYNTHETIC, "a minute on one core for 360 images", WORLD_CLASSES, "", "synthetic-full")
    return [
        Experiment(
            name=f"{prefix}fig7-{epochs}",
            summary=f"The full method, its segmentation network trained for {epochs} epochs.",
            config=_trained(config, epochs=epochs),
            labels=Labels.PARSER,
            cost=cost,
            label_space=label_space,
            mask_options=mask_options,
            masks_of=masks_of,
        )
        for prefix, (config, cost, label_space, mask_options, masks_of) in (("", paper), ("synthetic-", small))
        for epochs in (2, 5, 10, 15)
    ]


def segmenter_trained_on(
    masks: Experiment, expected: Expected | None, config: SegmenterConfig = _FULL
) -> Experiment:
    """The segmentation network that learns from the masks of another experiment."""
    return Experiment(
        name=f"{masks.name}-segmenter",
        summary=f"The segmentation network, from the masks of {masks.name}.",
        config=config,
        labels=masks.labels,
        cost=_COST if masks.label_space is None else "a minute on one core for 360 images",
        expected=expected,
        label_space=masks.label_space,
        mask_options=masks.mask_options,
        masks_of=masks.name,
        masks_by=masks.config.command,
    )


def growing() -> list[Experiment]:
    """Seeded region growing, a rival's step in Table 3; its rates are those of its public code."""
    dsrg = _trained(_FULL, learning_rate=5e-4, warmup_steps=0)
    return [
        Experiment(
            name="table3-dsrg",
            summary="DSRG on the masks of the annotated classes: regions grow from what the localizer is sure of. "
            "The paper's row has its background from a saliency network.",
            config=_growing(dsrg),
            labels=Labels.TRUTH,
            cost=_COST,
            expected=Expected("Table 3, DSRG", segmenter=Scores(0.260)),
            mask_options=f"{PAPER_MASKS} {_BAND}",
            masks_of="table6-ground-truth",
        )
    ]


def small() -> list[Experiment]:
    """What needs no GPU: on real images, and the arms on the synthetic world."""
    lite0 = Experiment(
        name="lite0-segmenter",
        summary="EfficientNet-Lite0 at 321 × 321 with a linear head that starts from ImageNet's classifier.",
        config=_LITE0,
        labels=Labels.VISUAL,
        cost="15 epochs at 321 × 321; `images_per_second` in RUN/metrics.jsonl gives the time on your machine",
        masks_of="lite0-224",
    )
    dsrg = Experiment(
        name="synthetic-segmenter-dsrg",
        summary="A tiny network on the synthetic world: regions grow from what the localizer is sure of.",
        config=_growing(_SYNTHETIC),
        labels=Labels.PARSER,
        cost="a minute on one core for 360 images",
        label_space=WORLD_CLASSES,
        mask_options=_BAND,
        masks_of="synthetic-full",
    )
    rates = [
        Experiment(
            name=f"synthetic-table11-{name}",
            summary=f"A tiny network on the synthetic world: the small version of table11-{name}.",
            config=_trained(_SYNTHETIC, learning_rate=rate, warmup_steps=warmup),
            labels=Labels.PARSER,
            cost="a minute on one core for 360 images",
            label_space=WORLD_CLASSES,
            masks_of="synthetic-full",
        )
        for name, rate, warmup in (("1e-3", 0.001, 0), ("1e-3-warmup", 0.001, 50), ("1e-2-warmup", 0.01, 50))
    ]
    return [
        lite0,
        *(
            _of_arm(
                row,
                f"synthetic-segmenter-{row.name}",
                _SYNTHETIC,
                f"synthetic-{row.name}",
                cost="a minute on one core for 360 images",
                label_space=WORLD_CLASSES,
                mask_options="",
            )
            for row in ARMS
        ),
        dsrg,
        *rates,
    ]


def _of_arm(row: Arm, name: str, config: SegmenterConfig, masks_of: str, **changes: Any) -> Experiment:
    """A segmentation network on the masks of a row of Table 6."""
    values = {"cost": _COST, "mask_options": PAPER_MASKS, **changes}
    target = values.get("target")
    where = "" if target is None else ", on another world" if target == OTHER_CLASSES else f", on {target}"
    return Experiment(
        name=name,
        summary=f"The segmentation network{where}, from masks of a localizer that learned from {row.summary}.",
        config=config,
        labels=row.labels,
        masks_of=masks_of,
        **values,
    )


def _trained(config: SegmenterConfig, **changes: Any) -> SegmenterConfig:
    return config.model_copy(update={"training": config.training.model_copy(update=changes)})


def _growing(config: SegmenterConfig) -> SegmenterConfig:
    loss = config.loss.model_copy(update={"growing": GrowingOptions(enabled=True)})
    return config.model_copy(update={"loss": loss})
