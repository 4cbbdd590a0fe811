"""`capparse calibrate apply`: a label file with calibrated confidence."""

from pathlib import Path
from typing import Annotated

import typer

from shared_runtime.errors import ExitCode


def calibrate_apply_command(
    calibration: Annotated[
        Path, typer.Argument(metavar="CALIBRATION.json", help="What 'capparse calibrate fit' wrote.")
    ],
    labels: Annotated[Path, typer.Argument(metavar="LABELS.jsonl", help="Label file; it stays as it is.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.jsonl", help="Label file to write (also .gz, .zst).")
    ],
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No summary.")] = False,
) -> None:
    """Write a label file again with calibrated confidence; OUT.summary.json says by what it was calibrated.

    Examples:

      capparse calibrate apply calibration.json labels.jsonl -o calibrated.jsonl

      capparse calibrate apply calibration.json labels.jsonl.gz -o calibrated.jsonl.gz -q

    Exit codes: 0 done, 1 failure, 2 usage, 3 done but for lines that are no records.
    """
    from caption_parser.calibration.application import apply_calibration

    summary, damage = apply_calibration(calibration, labels, output)
    for error in damage:
        typer.echo(f"left out: {error}", err=True)
    if not quiet:
        typer.echo(
            f"{output}: {summary.images:,} images, {summary.calibrated_labels:,} labels calibrated by "
            f"{calibration} ({summary.calibration.digest}), {summary.kept_labels:,} background labels kept",
            err=True,
        )
    raise typer.Exit(ExitCode.PARTIAL if damage else ExitCode.OK)
