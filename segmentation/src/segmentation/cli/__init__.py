"""The command `capseg`: one file per command, each a thin shell around a public function."""

from typing import Annotated

import typer

from segmentation.cli.lazy import CommandTable

COMMANDS = {
    "train-localizer": (
        "segmentation.cli.train_localizer:train_localizer_command",
        "Train a localization network.",
    ),
    "experiments": ("segmentation.cli.experiments:experiments_command", "List named configurations."),
    "make-masks": ("segmentation.cli.make_masks:make_masks_command", "Make masks of labelled images."),
    "evaluate": ("segmentation.cli.evaluate:evaluate_command", "Score masks against ground truth."),
    "synthesize": ("segmentation.cli.synthesize:synthesize_command", "Draw a synthetic world to try all this on."),
    "truth-labels": (
        "segmentation.cli.truth_labels:truth_labels_command",
        "Write the classes of annotated images as labels.",
    ),
    "report": ("segmentation.cli.report:report_command", "Show masks beside images and truth, on one page."),
    "doctor": ("segmentation.cli.doctor:doctor_command", "Check what is installed, and what is missing."),
}
"""Name → (`module:function`, summary in the list of commands). The function's docstring is its help."""


class _Commands(CommandTable):
    table = COMMANDS


# Plain help: Rich's takes 0.2 s more, and `--help` should be there at once.
app = typer.Typer(
    cls=_Commands,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def capseg(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the versions of code and records.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,  # noqa: ARG001
) -> None:
    """Labels in, localization networks and segmentation masks out.

    Examples:

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/first

      capseg make-masks runs/first --images train2017 --labels labels.jsonl -o masks

      capseg evaluate masks --truth instances_train2017.json
    """
    if version:
        from importlib.metadata import version as installed

        from shared_schemas import SCHEMA_VERSION

        typer.echo(f"capseg {installed('capparse-segmentation')}\nrecord schema {SCHEMA_VERSION}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line; the process ends with one of `errors.ExitCode`."""
    app(prog_name="capseg")
