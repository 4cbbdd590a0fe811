"""The command `capseg`: one file per command, each a thin shell around a public function."""

from typing import Annotated

import typer

from shared_runtime.command_line.groups import Command, Debug, lazy_app, run_app, show_help_alone

COMMANDS = (
    Command(
        "train-localizer",
        "segmentation.cli.train_localizer:train_localizer_command",
        "Train a localization network.",
    ),
    Command(
        "train-segmenter",
        "segmentation.cli.train_segmenter:train_segmenter_command",
        "Train a segmentation network on masks.",
    ),
    Command(
        "train-grounding",
        "segmentation.cli.train_grounding:train_grounding_command",
        "Train a grounding model on captions.",
    ),
    Command(
        "import-grounding",
        "segmentation.cli.import_grounding:import_grounding_command",
        "Read a published grounding model.",
    ),
    Command(
        "run",
        "segmentation.cli.run:run_command",
        "The whole way from labels to a segmenter, in one folder.",
    ),
    Command("experiments", "segmentation.cli.experiments:experiments_command", "List named configurations."),
    Command("make-masks", "segmentation.cli.make_masks:make_masks_command", "Make masks of labelled images."),
    Command("predict", "segmentation.cli.predict:predict_command", "Make masks of new images by a trained model."),
    Command("convert", "segmentation.cli.convert:convert_command", "Make a segmenter of a localizer."),
    Command("refer", "segmentation.cli.refer:app", "Segment what a text refers to: train, predict, evaluate."),
    Command("export-onnx", "segmentation.cli.export_onnx:export_onnx_command", "Write a network as an ONNX file."),
    Command("export", "segmentation.cli.export:export_command", "Write masks for other programs."),
    Command("import", "segmentation.cli.import_masks:import_command", "Read masks that people corrected."),
    Command("evaluate", "segmentation.cli.evaluate:evaluate_command", "Score masks against ground truth."),
    Command(
        "evaluate-labels",
        "segmentation.cli.evaluate_labels:evaluate_labels_command",
        "Score a network's classes of images.",
    ),
    Command(
        "synthesize",
        "segmentation.cli.synthesize:synthesize_command",
        "Draw a synthetic world to try all this on.",
    ),
    Command(
        "truth-labels",
        "segmentation.cli.truth_labels:truth_labels_command",
        "Write the classes of annotated images as labels.",
    ),
    Command(
        "report", "segmentation.cli.report:report_command", "Show masks beside images and truth, on one page."
    ),
    Command("doctor", "segmentation.doctor:command", "Check what is installed, and what is missing."),
)

app = lazy_app(COMMANDS, completion=True)


@app.callback()
def capseg(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the versions of code and records.")] = False,
    debug: Debug = False,  # noqa: ARG001
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
    else:
        show_help_alone(context)


def main() -> None:
    """Run the command line; the process ends with an `ExitCode`."""
    run_app(app, "capseg")
