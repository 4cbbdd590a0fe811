"""`capseg train-localizer`: a localization network from images and a label file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared_runtime.errors import ExitCode

if TYPE_CHECKING:
    from segmentation.localization.run import LocalizerRun
    from segmentation.training.loop import Progress

_SHOWN = 5


def train_localizer_command(
    images: Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="LABELS.jsonl", help="Label file, as 'capparse label' writes it.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")],
    config: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="An experiment ('capseg experiments'), or a TOML or JSON file."),
    ] = "lite0-321",
    backbone: Annotated[str | None, typer.Option(metavar="NAME", help="efficientnet-lite0, resnet50, …")] = None,
    weights: Annotated[
        str | None,
        typer.Option(metavar="FILE|packaged|random", help="What the backbone starts from; packaged: by pip."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the images.")] = None,
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Images per step, over all devices.")] = None,
    accumulation: Annotated[
        int | None, typer.Option(metavar="N", help="Parts that a batch is computed in, to save memory.")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(metavar="N", help="Side of the training crops in pixels.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(metavar="X", help="Of the backbone, at first.")] = None,
    precision: Annotated[
        str | None, typer.Option(metavar="float32|bfloat16", help="bfloat16: mixed precision.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Another seed, another run.")] = None,
    label_space: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The one that LABELS was made with.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any value of the configuration; repeatable."),
    ] = None,
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda|…", help="Where to compute.")] = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes that read images  [default: by cores]")
    ] = None,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Also write RUN/tensorboard.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew, whatever run was there.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the resolved configuration as JSON; train nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Train a localization network on the images that a label file describes.

    Examples:

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/first

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/small --config lite0-224 --epochs 8

    The same command goes on with an interrupted run. Several devices: accelerate launch -m segmentation
    train-localizer … Exit codes: 0 done, 1 failure, 2 usage, 3 done but for unreadable images or records,
    4 weights or a package are missing, 130 interrupted.
    """
    from segmentation.experiments.resolve import parse_setting, resolve_config

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
    overrides.update(map(parse_setting, settings or ()))
    resolved = resolve_config(config, overrides)
    if dry_run:
        typer.echo(resolved.model_dump_json(indent=2))
        return

    from segmentation.localization.run import train_localizer
    from segmentation.training.options import MachineOptions
    from shared_runtime.command_line.progress import progress_display

    machine = MachineOptions(device=device, workers=workers, tensorboard=tensorboard)
    try:
        with progress_display(quiet=quiet) as show:
            run = train_localizer(
                images,
                labels,
                output,
                resolved,
                machine,
                overwrite=overwrite,
                show=lambda at: show(_figures(at), at.step, at.steps),
            )
    except KeyboardInterrupt:
        again = "the same command without --overwrite" if overwrite else "the same command again"
        typer.echo(f"interrupted; run {again} to go on", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not quiet:
        typer.echo("\n".join(_summary(run, output)), err=True)
    raise typer.Exit(ExitCode.PARTIAL if run.damaged else ExitCode.OK)


def _figures(at: "Progress") -> str:
    return f"epoch {at.epochs:.1f}, loss {at.loss:.3f}, {at.images_per_second:.1f} images/s, step"


def _summary(run: "LocalizerRun", output: Path) -> list[str]:
    lines = [f"skipped: line {image.line}: {image.message}" for image in run.skipped[:_SHOWN]]
    if len(run.skipped) > _SHOWN:
        lines.append(f"skipped: {len(run.skipped) - _SHOWN:,} more lines of the label file")
    if run.training is None:
        return [*lines, f"{output} was finished before: nothing to do (--overwrite begins anew)"]
    for message, times in run.training.unreadable.most_common(_SHOWN):
        lines.append(f"unreadable: {message} ({times} times; other images stood in for it)")
    done = run.training.steps - run.training.first_step
    return [*lines, f"{output}: trained on {run.n_images:,} images, {done:,} of {run.training.steps:,} steps now"]
