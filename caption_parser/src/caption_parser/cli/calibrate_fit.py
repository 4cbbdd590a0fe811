"""`capparse calibrate fit`: a model of whether a label is right, learned from images with ground truth."""

from pathlib import Path
from typing import Annotated

import typer


def calibrate_fit_command(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.jsonl", help="Label file to learn from.")],
    truth: Annotated[
        Path, typer.Option("--truth", metavar="INSTANCES.json", help="Ground truth in COCO's format.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="CALIBRATION.json", help="Calibration to write.")
    ],
    label_space: Annotated[str, typer.Option(metavar="NAME|FILE", help="The label space of the labels.")] = "coco",
    crowd: Annotated[
        bool, typer.Option("--crowd/--no-crowd", help="Whether crowd regions show their class.")
    ] = True,
    folds: Annotated[int, typer.Option(metavar="N", min=2, help="Parts of the images for cross-validation.")] = 5,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No tables.")] = False,
) -> None:
    """Learn how likely a label is right from votes, rules, senses and flags in its record.

    Examples:

      capparse calibrate fit labels.jsonl --truth instances.json -o calibration.json

      capparse calibrate fit labels.jsonl.gz --truth instances.json -o calibration.json --folds 2

    The scores that it shows are of labels whose images the model had not seen.
    """
    from rich.console import Console

    from caption_parser.calibration.fitting import fit_calibration
    from caption_parser.calibration.presentation import as_table, notes

    calibration = fit_calibration(labels, truth, output, label_space=label_space, include_crowd=crowd, folds=folds)
    if not quiet:
        Console().print(as_table(calibration))
        for note in notes(calibration):
            typer.echo(note, err=True)
