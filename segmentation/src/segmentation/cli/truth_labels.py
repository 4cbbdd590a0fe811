"""`capseg truth-labels`: a label file from ground truth."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.data.truth.image_labels import coco_image_labels
from shared_runtime.files import check_output, writing
from shared_runtime.wording import counted
from shared_schemas import write_labels


def truth_labels_command(
    instances: Annotated[
        Path,
        typer.Argument(
            metavar="INSTANCES.json", help="COCO instances: masks, or boxes alone.", show_default=False
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="LABELS.jsonl", help="Also .gz, .zst.")],
    label_space: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Its foreground classes are written.")
    ] = "coco",
    crowd: Annotated[bool, typer.Option(help="Count regions of many objects that are drawn as one.")] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write which classes each image holds, as a label file: what perfect captions would say.

    For comparison only: captions give less supervision than this (Table 6, ground truth).

    Example:

      capseg truth-labels instances_train2017.json -o truth.jsonl
    """
    inputs = {"the ground truth": instances, "the label space": Path(label_space)}
    check_output(output, inputs, overwrite=overwrite)
    with writing(output):
        records = write_labels(output, coco_image_labels(instances, label_space=label_space, crowd=crowd))
    typer.echo(f"{output}: {counted(records, 'image')}")
