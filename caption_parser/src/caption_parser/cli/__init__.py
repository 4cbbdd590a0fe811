"""The command `capparse`: one file per command, each a thin shell around a public function."""

import os
import sys
from typing import Annotated

import typer

from caption_parser.cli.lazy import Command, LazyGroup
from shared_runtime.errors import ExitCode


class _Commands(LazyGroup):
    table = (
        Command("label", "caption_parser.cli.label:label_command", "Label the captions of a file."),
        Command("show", "caption_parser.cli.show:show_command", "Show the records of a label file."),
        Command("explain", "caption_parser.cli.explain:explain_command", "Show how a caption is read."),
        Command("evaluate", "caption_parser.cli.evaluate:evaluate_command", "Score labels against ground truth."),
        Command("calibrate", "caption_parser.cli.calibrate:calibrate_app", "Learn confidence from ground truth."),
        Command("report", "caption_parser.cli.report:report_command", "Write an HTML page about a label file."),
        Command(
            "discover",
            "caption_parser.cli.discover:discover_command",
            "Find the background classes of a corpus.",
        ),
        Command("senses", "caption_parser.cli.senses:senses_app", "Score word sense disambiguators."),
        Command("validate", "caption_parser.cli.validate:validate_command", "Check a label file line by line."),
        Command("schema", "caption_parser.cli.schema:schema_command", "Print a JSON Schema."),
        Command("doctor", "caption_parser.cli.doctor:doctor_command", "Check that all that is needed is there."),
    )


# Plain help: Rich's takes 0.2 s more, and `--help` should be there at once.
app = typer.Typer(
    cls=_Commands,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def capparse(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the versions of code, records and models.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,  # noqa: ARG001
) -> None:
    """Captions in, labels for weakly supervised segmentation out.

    Examples:

      capparse label captions.json -o labels.jsonl

      capparse explain "a black cat on a sofa"
    """
    if version:
        from caption_parser.cli.version import version_lines

        typer.echo("\n".join(version_lines()))
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line; the process ends with one of `errors.ExitCode`."""
    try:
        try:
            app(prog_name="capparse")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of stdout went away (`| head`); the interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILURE)
