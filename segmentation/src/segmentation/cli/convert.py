"""`capseg convert`: a localizer as a segmenter."""

import math
from pathlib import Path
from typing import Annotated

import typer

from segmentation.prediction.segmenter import Segmenter
from segmentation.runs.trained import is_saved
from segmentation.scores.contract import MOST_STEPS
from shared_runtime.errors import UsageError


def convert_command(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A finished run of train-localizer with weighted pooling.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Folder of the model.")],
    propagation: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_STEPS,
            metavar="STEPS",
            help="Steps that carry logits to cells that look alike  [default: 2 if the backbone was pre-trained, "
            "else 0]",
        ),
    ] = None,
    background_logit: Annotated[
        float | None,
        typer.Option(
            metavar="LOGIT", help="That of the background: higher for smaller objects  [default: as in training]"
        ),
    ] = None,
    half: Annotated[bool, typer.Option("--half", help="Weights in 16 bits: half the size.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a model in FOLDER.")] = False,
) -> None:
    """Make a segmenter of a localizer, without masks and without another training.

    A localizer that was trained with --set network.class_pooling=weighted learned what beats the background, so
    that its classes compete in images without captions, too. The folder is laid out as the Hugging Face hub has
    it: 'predict --model FOLDER' and Segmenter.from_pretrained read it.

    Example:

      capseg convert runs/localizer -o models/photos --half
    """
    if background_logit is not None and not math.isfinite(background_logit):
        raise UsageError(f"--background-logit: got {background_logit}, expected a number, as 1.0")
    if not overwrite and is_saved(output):
        raise UsageError(f"{output} holds a model already. Choose another folder, or --overwrite to replace it")
    segmenter = Segmenter.from_localizer(run, propagation=propagation, background_logit=background_logit)
    segmenter.save_pretrained(output, half=half)
    typer.echo(f"{output}: a segmenter of {len(segmenter.classes)} classes")
