"""`capseg train-localizer`: a localization network from images and a label file."""

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.label_rules import MinConfidence, MinVotes, Rivals, given_rules
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.training import (
    Accumulation,
    BackboneName,
    BatchSize,
    Config,
    Device,
    DryRun,
    Epochs,
    Images,
    ImageSize,
    LearningRate,
    Overwrite,
    Precision,
    Quiet,
    Run,
    Seed,
    Settings,
    Tensorboard,
    Weights,
    Workers,
    resolved,
    run_training,
)
from segmentation.experiments.catalog import DEFAULT
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.training.config import MachineOptions


def train_localizer_command(
    images: Images,
    labels: Annotated[
        Path, typer.Option("--labels", metavar="LABELS.jsonl", help="Label file, as 'capparse label' writes it.")
    ],
    output: Run,
    config: Config = DEFAULT,
    backbone: BackboneName = None,
    weights: Weights = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    accumulation: Accumulation = None,
    image_size: ImageSize = None,
    learning_rate: LearningRate = None,
    precision: Precision = None,
    seed: Seed = None,
    min_votes: MinVotes = None,
    min_confidence: MinConfidence = None,
    rivals: Rivals = None,
    label_space: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label space that LABELS was made with.")
    ] = None,
    settings: Settings = None,
    device: Device = "auto",
    workers: Workers = None,
    tensorboard: Tensorboard = False,
    allow_missing: AllowMissing = False,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Train a localization network on the images that a label file describes.

    Examples:

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/first

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/small --config lite0-224 --epochs 8

    The same command continues an interrupted run. Several devices: accelerate launch -m segmentation
    train-localizer …

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights or a package are missing; 130 interrupted.
    """
    given = {
        "backbone": backbone,
        "weights": weights,
        "label_space": label_space,
        "crop.size": image_size,
        "training.epochs": epochs,
        "training.batch_size": batch_size,
        "training.accumulation": accumulation,
        "training.learning_rate": learning_rate,
        "training.precision": precision,
        "training.seed": seed,
    }
    rules = given_rules(min_votes, min_confidence, rivals)
    given |= {f"labels.{name}": value for name, value in rules.items()}
    options = resolved(LocalizerConfig, config, given, settings)
    if dry_run:
        typer.echo(options.model_dump_json(indent=2))
        return
    machine = MachineOptions(device=device, workers=workers, tensorboard=tensorboard, allow_missing=allow_missing)
    run_training(
        lambda show: train_localizer(images, labels, output, options, machine, overwrite=overwrite, show=show),
        output,
        overwrite=overwrite,
        quiet=quiet,
    )
