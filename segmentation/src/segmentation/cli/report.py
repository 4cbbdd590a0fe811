"""`capseg report`: masks to look at."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.label_spaces import MasksLabelSpace, MissingMasks, Strict, TruthLabelSpace, opened_truth
from segmentation.data.truth.coco import CocoRules
from segmentation.evaluation.records import Missing
from segmentation.report.masks import MaskReportOptions, mask_report


def report_command(
    masks: Annotated[Path, typer.Argument(metavar="MASKS", help="Folder of masks <image stem>.png.")],
    truth: Annotated[
        Path, typer.Option("--truth", metavar="INSTANCES.json|DIR", help="Ground truth, as in capseg evaluate.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="REPORT.html", help="The page to write.")],
    images: Annotated[
        list[Path] | None,
        typer.Option("--images", metavar="DIR", help="Folder of images, for masks of other programs; repeatable."),
    ] = None,
    label_space: TruthLabelSpace = None,
    masks_label_space: MasksLabelSpace = None,
    missing: MissingMasks = Missing.BACKGROUND,
    strict: Strict = False,
    count: Annotated[int, typer.Option(min=1, help="How many images to show, the worst first.")] = 40,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing page.")] = False,
) -> None:
    """Write one HTML page: image, class map, compound map, background map, mask and truth, and a table of classes.

    The maps are made again by the run that made the masks. The page needs
    neither the internet nor other files.

    Examples:

      capseg report masks --truth instances_train2017.json -o report.html
    """
    shown = mask_report(
        masks,
        opened_truth(masks, truth, label_space, masks_label_space, CocoRules(strict=strict)),
        output,
        MaskReportOptions(images or (), masks_label_space, missing, count, overwrite),
    )
    typer.echo(f"{output}: the {shown} worst images")
