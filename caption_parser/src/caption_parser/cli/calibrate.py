"""`capparse calibrate`: confidence learned from images with ground truth."""

import typer

from shared_runtime.command_line.groups import Command, lazy_app, show_help_alone

calibrate_app = lazy_app(
    (
        Command("fit", "caption_parser.cli.calibrate_fit:calibrate_fit_command", "Learn from ground truth."),
        Command(
            "apply",
            "caption_parser.cli.calibrate_apply:calibrate_apply_command",
            "Write a label file with calibrated confidence.",
        ),
    )
)


@calibrate_app.callback()
def calibrate(context: typer.Context) -> None:
    """Confidence that is the share of right labels, learned from images with ground truth.

    Examples:

      capparse calibrate fit labels.jsonl --truth instances.json -o calibration.json

      capparse calibrate apply calibration.json labels.jsonl -o calibrated.jsonl
    """
    show_help_alone(context)
