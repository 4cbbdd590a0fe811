"""The options that say how a truth and masks are compared, for the commands that compare both."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.data.truth.coco import CocoRules
from segmentation.data.truth.contract import Truth
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.mask_classes import mask_classes
from segmentation.evaluation.records import Missing

TruthLabelSpace = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="Label space of the truth  [default: the data set's own, or the masks']"
    ),
]
MasksLabelSpace = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Label space of the masks, if it is another: the base of the truth's, or a view of it.",
    ),
]
MissingMasks = Annotated[
    Missing, typer.Option(help="How images without a mask are scored: as all background, or not at all.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse a COCO file for an annotation without a usable mask.")
]


def opened_truth(
    masks: Path,
    truth: Path,
    label_space: str | None,
    masks_label_space: str | None,
    rules: CocoRules | None = None,
) -> Truth:
    """The ground truth at `truth`, by default in the classes that it, or else the folder of masks, says it has."""
    known = mask_classes(truth) or (mask_classes(masks) if masks_label_space is None else None)
    otherwise = "coco" if known is None else known.label_space
    return open_truth(truth, label_space=label_space, coco=rules, otherwise=otherwise)
