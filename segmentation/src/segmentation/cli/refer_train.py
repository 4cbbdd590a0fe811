"""`capseg refer train`: a network of referring expressions from images and a label file."""

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
from segmentation.experiments.catalog import DEFAULT_REFERRING
from segmentation.referring.config import ReferringConfig
from segmentation.referring.run import train_referring
from segmentation.training.config import MachineOptions


def refer_train_command(
    images: Images,
    labels: Annotated[
        Path, typer.Option("--labels", metavar="LABELS.jsonl", help="Label file, as 'capparse label' writes it.")
    ],
    output: Run,
    config: Config = DEFAULT_REFERRING,
    backbone: BackboneName = None,
    weights: Weights = None,
    text_encoder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|packaged",
            help="A BERT of transformers: its folder, or its name in the hub's cache; packaged: the one that pip "
            "installed.",
        ),
    ] = None,
    pooling: Annotated[
        str | None, typer.Option(metavar="mpa|spa|gap|gmp", help="From patches to the score of an image.")
    ] = None,
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
    """Train a network on what captions call the things in images: the referring phrases of a label file.

    Examples:

      capseg refer train --images train2017 --labels labels.jsonl -o runs/referring

      capseg refer train --images photos --labels labels.jsonl -o runs/spa --pooling spa --epochs 4

    The same command continues an interrupted run.

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights, a language model or a package are missing; 130 interrupted.
    """
    given = {
        "backbone": backbone,
        "weights": weights,
        "label_space": label_space,
        "crop.size": image_size,
        "network.text.encoder": text_encoder,
        "network.pooling.kind": pooling,
        "training.epochs": epochs,
        "training.batch_size": batch_size,
        "training.accumulation": accumulation,
        "training.learning_rate": learning_rate,
        "training.precision": precision,
        "training.seed": seed,
    }
    rules = given_rules(min_votes, min_confidence, rivals)
    given |= {f"labels.{name}": value for name, value in rules.items()}
    options = resolved(ReferringConfig, config, given, settings)
    if dry_run:
        typer.echo(options.model_dump_json(indent=2))
        return
    machine = MachineOptions(device=device, workers=workers, tensorboard=tensorboard, allow_missing=allow_missing)
    run_training(
        lambda show: train_referring(images, labels, output, options, machine, overwrite=overwrite, show=show),
        output,
        overwrite=overwrite,
        quiet=quiet,
    )
