"""`capseg evaluate-labels`: which classes a trained network sees in images."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.outcome import AllowMissing
from segmentation.evaluation.image_labels import ranking_table
from segmentation.localization.evaluate import evaluate_labels
from segmentation.scores.contract import MOST_PIXELS
from shared_runtime.command_line.progress import progress_display
from shared_runtime.wording import counted


def evaluate_labels_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run of train-localizer.")],
    images: Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")],
    truth: Annotated[
        Path,
        typer.Option(
            "--truth", metavar="TRUTH.jsonl", help="Label file of what the images have: see 'capseg truth-labels'."
        ),
    ],
    input_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_PIXELS,
            metavar="PIXELS",
            help="Side of the square that images are resized to  [default: the crops']",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, …; auto: what is there.")] = "auto",
    allow_missing: AllowMissing = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Average precision of a network's class scores on annotated images, per class and averaged.

    What captions do not mention costs here, not in the masks of images whose captions are given.

    Example:

      capseg truth-labels instances_val2017.json -o truth.jsonl

      capseg evaluate-labels runs/first --images val2017 --truth truth.jsonl
    """
    with progress_display(quiet=quiet) as show:
        ranking = evaluate_labels(
            run,
            images,
            truth,
            input_size=input_size,
            device=device,
            allow_missing=allow_missing,
            progress=lambda done, total: show("images", done, total),
        )
    if as_json:
        typer.echo(ranking.model_dump_json(indent=2))
    else:
        typer.echo("\n".join(ranking_table(ranking)))
        typer.echo(
            f"{counted(ranking.images, 'image')}; mean over the {ranking.classes_in_truth} of "
            f"{len(ranking.classes)} classes that one of them has"
        )
