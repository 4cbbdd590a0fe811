"""The arms of Table 6: which labels, and which of attributes and background classes, a network learns from."""

from dataclasses import dataclass
from typing import Any

from segmentation.experiments.experiment import Expected, Experiment, Labels, Scores
from segmentation.localization.config import LocalizerConfig


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
    prefix: str, base: LocalizerConfig, where: str, cost: str, *, label_space: str | None = None
) -> list[Experiment]:
    """The six rows of Table 6 on another network or other images, so that their order can be compared."""
    return [
        Experiment(
            name=f"{prefix}-{row.name}",
            summary=f"{where}, learning from {row.summary}.",
            config=with_network(base, attributes=row.attributes, background=row.background),
            labels=row.labels,
            cost=cost,
            label_space=label_space,
        )
        for row in ARMS
    ]
