"""`capseg train-segmenter`: a segmentation network from images and their masks."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.training import Config, Images, Run, TrainingArguments
from segmentation.experiments.catalog import DEFAULT_SEGMENTER
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.pairs import TrainingMasks
from segmentation.segmenter.run import train_segmenter
from shared_runtime.errors import UsageError


@with_arguments
def train_segmenter_command(
    images: Images,
    masks: Annotated[
        Path, typer.Option("--masks", metavar="MASKS", help="Folder of masks, as 'capseg make-masks' writes it.")
    ],
    output: Run,
    corrected: Annotated[
        Path | None,
        typer.Option(
            "--corrected",
            metavar="MASKS",
            help="Masks that people corrected, as 'capseg import' writes them: in place of those of the same "
            "images, and beside the others.",
        ),
    ] = None,
    corrected_weight: Annotated[
        float | None,
        typer.Option(metavar="X", help="How much an image with a corrected mask weighs, in place of 1."),
    ] = None,
    config: Config = DEFAULT_SEGMENTER,
    localizer: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Start from the backbone of a finished train-localizer, in place of --weights."
        ),
    ] = None,
    label_space: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="What the values of masks mean  [default: what MASKS says, or else coco]"
        ),
    ] = None,
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="Leave out masks whose image is in none of the folders; else a fault."
        ),
    ] = False,
    *,
    shared: TrainingArguments,
) -> None:
    """Train a segmentation network on masks: afterwards it needs neither captions nor labels.

    Images without a mask are left out; a mask that cannot be read costs that image.

    Examples:

      capseg train-segmenter --images train2017 --masks masks -o runs/segmenter

      capseg train-segmenter --images images --masks masks -o aspp --config table11-1e-2-warmup --weights vgg16.pth

    The same command continues an interrupted run. Several devices: accelerate launch -m segmentation
    train-segmenter …

    Exit codes: 0 done; 1 failure, or most images or masks are missing or unreadable; 2 usage; 3 done, but some are
    missing or unreadable; 4 weights or a package are missing; 130 interrupted.
    """
    if localizer is not None and shared.weights is not None:
        raise UsageError("--localizer and --weights both say what the backbone starts from. Give one of them")
    given = {"localizer": localizer, "label_space": label_space, "loss.corrected_weight": corrected_weight}
    options = shared.resolved(SegmenterConfig, config, given)
    machine = shared.machine(allow_missing=allow_missing)
    shared.run(
        options,
        lambda show: train_segmenter(
            images,
            TrainingMasks(masks, corrected),
            output,
            options,
            machine,
            overwrite=shared.overwrite,
            show=show,
        ),
        output,
    )
