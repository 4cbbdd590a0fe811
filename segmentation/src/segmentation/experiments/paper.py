"""The tables of Vilar & Perez 2021, as far as they concern the localization network.

Table 6 has six arms: which labels, and which of attributes and background classes, a network learns from.
"""

from dataclasses import dataclass
from typing import Any

from segmentation.experiments.experiment import Expected, Experiment, Labels, Scores
from segmentation.localization.config import LocalizerConfig

_COST = (
    "COCO train2014, 82,783 images, 15 epochs, 68,985 steps of 18 images at 321 × 321: needs a GPU; not run by us"
)
_FULL = LocalizerConfig()
"""Table 2: the defaults."""
PAPER_MASKS = "--input-size original --propagation 0 --no-consensus --crf-preset reference"
"""Sections III-C and IV-C: the original image alone, at its own size, and nothing that the paper does not have;
the parameters of the CRF "set to their default values [70]"."""
TRAINVAL_4K = "TRAINVAL4K.txt"
"""4,000 images of train2014 that the paper scores masks on, and does not name (Section IV-A)."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A row of Table 6."""

    name: str
    summary: str
    labels: Labels
    attributes: bool
    background: bool
    masks: Scores
    segmenter: Scores


ARMS = (
    Arm(
        "baseline",
        "class names found by exact match",
        Labels.EXACT,
        attributes=False,
        background=False,
        masks=Scores(0.324, 0.454, 0.558),
        segmenter=Scores(0.308, 0.440, 0.536),
    ),
    Arm(
        "proposed",
        "foreground classes of the parser",
        Labels.PARSER,
        attributes=False,
        background=False,
        masks=Scores(0.359, 0.492, 0.589),
        segmenter=Scores(0.338, 0.507, 0.513),
    ),
    Arm(
        "attributes",
        "foreground classes of the parser, and attributes",
        Labels.PARSER,
        attributes=True,
        background=False,
        masks=Scores(0.368, 0.491, 0.611),
        segmenter=Scores(0.344, 0.505, 0.524),
    ),
    Arm(
        "background",
        "foreground and background classes of the parser",
        Labels.PARSER,
        attributes=False,
        background=True,
        masks=Scores(0.359, 0.547, 0.526),
        segmenter=Scores(0.352, 0.554, 0.491),
    ),
    Arm(
        "full",
        "foreground and background classes of the parser, and attributes",
        Labels.PARSER,
        attributes=True,
        background=True,
        masks=Scores(0.369, 0.549, 0.543),
        segmenter=Scores(0.357, 0.560, 0.497),
    ),
    Arm(
        "ground-truth",
        "the annotated classes of each image",
        Labels.TRUTH,
        attributes=False,
        background=False,
        masks=Scores(0.349, 0.429, 0.674),
        segmenter=Scores(0.330, 0.448, 0.536),
    ),
)
"""In the order of the table."""


def table_6() -> list[Experiment]:
    """Supervision components (Section V-C)."""
    return [
        Experiment(
            name=f"table6-{row.name}",
            summary=f"ResNet-50 as in Table 2, learning from {row.summary}.",
            config=with_network(_FULL, attributes=row.attributes, background=row.background),
            labels=row.labels,
            cost=_COST,
            expected=of_table_6(row),
            mask_options=PAPER_MASKS,
            image_list=TRAINVAL_4K,
        )
        for row in ARMS
    ]


def backbones() -> list[Experiment]:
    """Tables 3 and 4: the full method on each backbone, by its segmentation network on COCO's val splits."""
    rows = (("vgg16", 0.322, 0.324), ("resnet50", 0.357, 0.356), ("resnet38", 0.361, 0.370))
    return [
        Experiment(
            name=f"table{table}-{backbone}",
            summary=f"The full method with {backbone}, on COCO {year}.",
            config=_FULL.model_copy(update={"backbone": backbone}),
            labels=Labels.PARSER,
            cost=_COST
            if year == 2014
            else _COST.replace("train2014, 82,783", "train2017, 118,287").replace("68,985", "98,572"),
            expected=Expected(f"Table {table}, Ours, {backbone}", segmenter=Scores(miou)),
            mask_options=PAPER_MASKS,
        )
        for backbone, miou_2014, miou_2017 in rows
        for table, year, miou in ((3, 2014, miou_2014), (4, 2017, miou_2017))
    ]


def table_9() -> list[Experiment]:
    """Kinds of attributes (Section V-F1), without background classes."""
    rows = (
        ("none", Labels.PARSER, False, 0.359, 0.338),
        ("low-level", Labels.PARSER, True, 0.368, 0.344),
        ("adjectives", Labels.ADJECTIVES, True, 0.355, 0.337),
        ("verbs", Labels.VERBS, True, 0.356, 0.336),
        ("compound-nouns", Labels.NOUNS, True, 0.357, 0.337),
    )
    return [
        Experiment(
            name=f"table9-{name}",
            summary=f"ResNet-50 as in Table 2, without background classes; attributes: {name}.",
            config=with_network(_FULL, attributes=attributes, background=False),
            labels=labels,
            cost=_COST,
            expected=Expected(f"Table 9, {name}", Scores(masks), Scores(segmenter)),
            mask_options=PAPER_MASKS,
            image_list=TRAINVAL_4K,
        )
        for name, labels, attributes, masks, segmenter in rows
    ]


def table_10() -> list[Experiment]:
    """Weighted against plain cross-entropy (Section V-F2)."""
    rows = (("standard", False, Scores(0.351, 0.586, 0.466)), ("balanced", True, arm("full").segmenter))
    return [
        Experiment(
            name=f"table10-{name}-bce",
            summary=f"The full method with ResNet-50 and {name} binary cross-entropy.",
            config=with_network(_FULL, balanced=balanced),
            labels=Labels.PARSER,
            cost=_COST,
            expected=Expected(f"Table 10, {name} BCE", segmenter=scores),
            mask_options=PAPER_MASKS,
        )
        for name, balanced, scores in rows
    ]


def arm(name: str) -> Arm:
    """The row of that name."""
    return next(row for row in ARMS if row.name == name)


def of_table_6(row: Arm) -> Expected:
    """What the paper reports for a row."""
    return Expected(f"Table 6, {row.name}", row.masks, row.segmenter)


def with_network(config: LocalizerConfig, **changes: Any) -> LocalizerConfig:
    """`config` with some of its `LocalizationOptions` changed."""
    return config.model_copy(update={"network": config.network.model_copy(update=changes)})


def arms_on(
    prefix: str,
    base: LocalizerConfig,
    where: str,
    cost: str,
    *,
    mask_options: str = PAPER_MASKS,
    label_space: str | None = None,
) -> list[Experiment]:
    """The six rows of Table 6 on another network or other images, so that their order can be compared."""
    return [
        Experiment(
            name=f"{prefix}-{row.name}",
            summary=f"{where}, learning from {row.summary}.",
            config=with_network(_complete(base, row), attributes=row.attributes, background=row.background),
            labels=row.labels,
            cost=cost,
            label_space=label_space,
            mask_options=mask_options,
        )
        for row in ARMS
    ]


def _complete(config: LocalizerConfig, row: Arm) -> LocalizerConfig:
    """Annotated classes are all that an image shows: where there is none, it shows what no class looks like.

    Without such images, a network that knows annotated classes alone takes their surroundings for them.
    """
    return config.model_copy(update={"unlabelled_images": True}) if row.labels is Labels.TRUTH else config
