"""`capseg refer`: segmentation of what a text refers to."""

import typer

from shared_runtime.command_line.groups import Command, lazy_app, show_help_alone

COMMANDS = (
    Command(
        "train", "segmentation.cli.refer_train:refer_train_command", "Train a network on what captions refer to."
    ),
    Command(
        "predict", "segmentation.cli.refer_predict:refer_predict_command", "Make masks of what texts refer to."
    ),
    Command(
        "evaluate",
        "segmentation.cli.refer_evaluate:refer_evaluate_command",
        "Score masks of referring expressions, or of classes by their names.",
    ),
)

app = lazy_app(COMMANDS)


@app.callback()
def refer(context: typer.Context) -> None:
    """Segment what a text refers to, in images of any kind: learned from captions, never from a mask (TSEG).

    Examples:

      capseg refer train --images train2017 --labels labels.jsonl -o runs/referring

      capseg refer predict photo.jpg --text "a brown dog" --text "the sofa" --model runs/referring -o masks

      capseg refer evaluate runs/referring --truth instances_val2017.json --images val2017
    """
    show_help_alone(context)
