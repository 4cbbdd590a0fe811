"""`capparse calibrate`: confidence learned from images with ground truth."""

import typer

from caption_parser.cli.lazy import Command, LazyGroup


class _CalibrateCommands(LazyGroup):
    table = (
        Command("fit", "caption_parser.cli.calibrate_fit:calibrate_fit_command", "Learn from ground truth."),
        Command(
            "apply",
            "caption_parser.cli.calibrate_apply:calibrate_apply_command",
            "Write a label file with calibrated confidence.",
        ),
    )


calibrate_app = typer.Typer(
    cls=_CalibrateCommands,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@calibrate_app.callback()
def calibrate(context: typer.Context) -> None:
    """Confidence that is the share of right labels, learned from images with ground truth.

    Examples:

      capparse calibrate fit labels.jsonl --truth instances.json -o calibration.json

      capparse calibrate apply calibration.json labels.jsonl -o calibrated.jsonl
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
