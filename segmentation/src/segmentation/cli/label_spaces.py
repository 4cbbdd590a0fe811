"""The options that say how a truth and masks are compared, for the commands that compare both."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.data.transfer import ClassTransfer
from segmentation.data.truth.coco import CocoRules
from segmentation.data.truth.contract import Truth
from segmentation.data.truth.opening import data_set_of, open_truth
from segmentation.evaluation.mask_classes import MaskClasses, mask_classes
from segmentation.evaluation.records import Missing
from shared_runtime.coco import OtherClassesError
from shared_runtime.errors import UsageError
from shared_schemas import load_label_space

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
    of_masks = mask_classes(masks) if masks_label_space is None else None
    known = mask_classes(truth) or of_masks
    otherwise = "coco" if known is None else known.label_space
    if label_space is None and truth.is_dir() and mask_classes(truth) is None and data_set_of(truth) is None:
        name, source = ("coco", "") if known is None else (known.label_space.name, ", those of the masks")
        typer.echo(
            f"{truth} does not say what its values mean: taken for classes of label space {name!r}{source}. "
            "If they are others: --label-space NAME|FILE",
            err=True,
        )
    try:
        return open_truth(truth, label_space=label_space, coco=rules, otherwise=otherwise)
    except OtherClassesError as error:
        if label_space is not None or of_masks is None or error.fits is None:
            raise
        raise UsageError(_other_classes(masks, of_masks, truth, error.fits)) from error


def _other_classes(masks: Path, of_masks: MaskClasses, truth: Path, fits: str) -> str:
    """What is wrong with masks of a truth whose categories are classes of the label space `fits`."""
    got = (
        f"{masks}: got masks of label space {of_masks.label_space.name!r}, as {of_masks.file} says, and in "
        f"{truth} categories of {fits!r}"
    )
    try:
        ClassTransfer.between(of_masks.label_space, load_label_space(fits))
    except UsageError:
        return f"{got}, which have no class in common. Give the truth of the images that the masks are of"
    options = f"--masks-label-space {of_masks.option} --label-space {fits}"
    return f"{got}. Try {options}, to score the classes that both have"
