"""`capseg report`: masks to look at."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.label_spaces import MasksLabelSpace, MissingMasks, Strict, TruthLabelSpace, opened_truth
from segmentation.data.truth.coco import CocoRules
from segmentation.evaluation.records import Missing
from segmentation.report.masks import MaskReportOptions, mask_report
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.wording import counted


def report_command(
    masks: Annotated[Path, typer.Argument(metavar="MASKS", help="Folder of masks <image stem>.png.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="REPORT.html", help="The page to write  [default: MASKS.html]"),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", metavar="INSTANCES.json|DIR", help="Ground truth, as in capseg evaluate."),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option("--images", metavar="DIR", help="Folder of images  [default: the run's own]; repeatable."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="LABELS.jsonl",
            callback=one_label_file,
            help="Label file with their captions  [default: the run's own]",
        ),
    ] = None,
    label_space: TruthLabelSpace = None,
    masks_label_space: MasksLabelSpace = None,
    missing: MissingMasks = Missing.BACKGROUND,
    strict: Strict = False,
    count: Annotated[int, typer.Option(min=1, help="Images to show: half the worst of all, half the best.")] = 40,
    per_class: Annotated[
        int, typer.Option(min=0, help="Images of each class to show beside: so many of the best and of the worst.")
    ] = 1,
    maps: Annotated[
        bool, typer.Option("--maps/--no-maps", help="Make the maps behind the masks anew, with the run's network.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing page.")] = False,
) -> None:
    """Write one HTML page: classes with their best and worst images; image, mask and truth, maps, captions.

    What the masks were made from is found by the run that made them. The page needs
    neither the internet nor other files.

    Examples:

      capseg report masks

      capseg report masks --truth instances_train2017.json -o report.html
    """
    page = output or masks.resolve().with_name(f"{masks.resolve().name}.html")
    rules = CocoRules(strict=strict)
    shown = mask_report(
        masks,
        opened_truth(masks, truth, label_space, masks_label_space, rules) if truth else None,
        page,
        MaskReportOptions(
            images=images or (),
            labels=labels,
            masks_label_space=masks_label_space or (None if truth else label_space),
            missing=missing,
            count=count,
            per_class=per_class,
            maps=maps,
            overwrite=overwrite,
        ),
    )
    typer.echo(f"{page}: {counted(shown, 'image')}")
