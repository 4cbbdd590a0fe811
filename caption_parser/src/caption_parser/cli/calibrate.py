"""`capparse calibrate`: confidence calibrated on images with ground truth."""

from pathlib import Path
from typing import Annotated

import typer

from caption_parser.cli import options as shared
from shared_runtime.command_line.groups import Command, lazy_app, show_help_alone
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.errors import ExitCode
from shared_runtime.wording import counted

calibrate_app = lazy_app(
    (
        Command("fit", "caption_parser.cli.calibrate:fit_command", "Learn a calibration from ground truth."),
        Command(
            "apply",
            "caption_parser.cli.calibrate:apply_command",
            "Write a label file with calibrated confidence.",
        ),
    )
)


@calibrate_app.callback()
def calibrate(context: typer.Context) -> None:
    """Calibrate confidence on images with ground truth: 80 of 100 labels with confidence 0.8 should be right.

    Examples:

      capparse calibrate fit labels.jsonl --truth instances.json -o calibration.json

      capparse calibrate apply calibration.json labels.jsonl -o calibrated.jsonl
    """
    show_help_alone(context)


def fit_command(
    labels: shared.LabelFile,
    truth: shared.Truth,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="CALIBRATION.json", help="Calibration to write.")
    ],
    label_space: shared.LabelSpace = "coco",
    crowd: shared.Crowd = True,
    folds: Annotated[int, typer.Option(metavar="N", min=2, help="Number of folds for cross-validation.")] = 5,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no tables.")] = False,
) -> None:
    """Learn how likely a label is to be right, given the votes, rules, senses and flags in its record.

    Examples:

      capparse calibrate fit labels.jsonl --truth instances.json -o calibration.json

      capparse calibrate fit labels.jsonl.gz --truth instances.json -o calibration.json --folds 2

    The scores shown are of labels on images that the model had not seen.
    """
    from rich.console import Console

    from caption_parser.calibration.fitting import fit_calibration
    from caption_parser.calibration.presentation import as_table, notes

    calibration = fit_calibration(
        labels,
        truth,
        output,
        label_space=label_space,
        include_crowd=crowd,
        folds=folds,
        overwrite=overwrite,
    )
    if not quiet:
        Console().print(as_table(calibration))
        for note in notes(calibration):
            typer.echo(note, err=True)


def apply_command(
    calibration: Annotated[
        Path, typer.Argument(metavar="CALIBRATION.json", help="What 'capparse calibrate fit' wrote.")
    ],
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.jsonl", callback=one_label_file, help="Label file to read; it is not changed."
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.jsonl", help="Label file to write (also .gz, .zst).")
    ],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no summary.")] = False,
) -> None:
    """Write a copy of a label file with calibrated confidence; OUT.summary.json names the calibration.

    Examples:

      capparse calibrate apply calibration.json labels.jsonl -o calibrated.jsonl

      capparse calibrate apply calibration.json labels.jsonl.gz -o calibrated.jsonl.gz -q

    Exit codes: 0 done, 1 failure, 2 usage, 3 done, but some lines were not records.
    """
    from caption_parser.calibration.application import apply_calibration

    summary, damage = apply_calibration(calibration, labels, output, overwrite=overwrite)
    for error in damage:
        typer.echo(f"left out: {error}", err=True)
    if not quiet:
        typer.echo(
            f"{output}: {counted(summary.images, 'image')},"
            f" {counted(summary.calibrated_labels, 'label')} calibrated by {calibration}"
            f" ({summary.calibration.digest}), {counted(summary.kept_labels, 'background label')} kept",
            err=True,
        )
    raise typer.Exit(ExitCode.PARTIAL if damage else ExitCode.OK)
