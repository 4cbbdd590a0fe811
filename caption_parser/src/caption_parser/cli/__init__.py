"""The command `capparse`: one file per command, each a thin shell around a public function."""

import atexit
import gc
import os
from typing import Annotated

import typer

from shared_runtime.collection import rare_collection
from shared_runtime.command_line.groups import Command, Debug, lazy_app, run_app, show_help_alone

COMMANDS = (
    Command("label", "caption_parser.cli.label:label_command", "Label the captions of a file."),
    Command("plan", "caption_parser.cli.plan:plan_command", "Cut a large input into shards."),
    Command("merge", "caption_parser.cli.plan:merge_command", "Check labelled shards and put them together."),
    Command("formats", "caption_parser.cli.formats:formats_command", "List what captions are read from."),
    Command("show", "caption_parser.cli.label_files:show_command", "Show the records of a label file."),
    Command("explain", "caption_parser.cli.explain:explain_command", "Show how a caption is read."),
    Command(
        "scene-graph",
        "caption_parser.cli.scene_graphs:scene_graph_command",
        "Print a caption's objects and their relations.",
    ),
    Command("evaluate", "caption_parser.cli.evaluate:evaluate_command", "Score labels against ground truth."),
    Command(
        "evaluate-graphs",
        "caption_parser.cli.scene_graphs:evaluate_graphs_command",
        "Score scene graphs against FACTUAL's.",
    ),
    Command("calibrate", "caption_parser.cli.calibrate:calibrate_app", "Calibrate confidence on ground truth."),
    Command("report", "caption_parser.cli.report:report_command", "Write an HTML page about a label file."),
    Command("export", "caption_parser.cli.export:export_command", "Write labels for other programs."),
    Command("find", "caption_parser.cli.find:find_command", "Find images by what their captions say."),
    Command(
        "check-space",
        "caption_parser.cli.check_space:check_space_command",
        "Check that a label space's words are found.",
    ),
    Command(
        "discover", "caption_parser.cli.discover:discover_command", "Find the background classes of a corpus."
    ),
    Command("senses", "caption_parser.cli.senses:senses_app", "Train and score word sense disambiguators."),
    Command("validate", "caption_parser.cli.label_files:validate_command", "Check a label file line by line."),
    Command("schema", "caption_parser.cli.label_files:schema_command", "Print a JSON Schema."),
    Command("doctor", "caption_parser.doctor:command", "Check that all that is needed is there."),
)

app = lazy_app(COMMANDS, completion=True)


@app.callback()
def capparse(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the versions of code, records and models.")
    ] = False,
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Captions in, labels for weakly supervised segmentation out.

    Examples:

      capparse label captions.json -o labels.jsonl

      capparse explain "a black cat on a sofa"
    """
    if version:
        from caption_parser.cli.version import version_lines

        typer.echo("\n".join(version_lines()))
    else:
        show_help_alone(context)


def main() -> None:
    """Run the command line; the process ends with an `ExitCode`."""
    # Cycles in what goes with the process need not be looked for: half a second where a parser was loaded.
    atexit.register(gc.freeze)
    # Processes share out the work; the library behind NumPy would start a thread for each core in each of them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from caption_parser.cli.light_spacy import lighten_spacy

    lighten_spacy()
    # What a command loads stays; the collector would look through all of it some dozen times.
    with rare_collection():
        run_app(app, "capparse")
