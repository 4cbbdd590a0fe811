"""`capseg refer train`: a network of referring expressions from images and a label file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.arguments import with_arguments
from segmentation.cli.label_rules import LabelRuleArguments
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.training import Config, Images, LabelSpaceOfLabels, OptionalLabels, Run, TrainingArguments
from segmentation.data.referring.annotated_objects import Regions
from segmentation.data.referring.opening import open_expressions
from segmentation.experiments.catalog import DEFAULT_REFERRING
from segmentation.referring.config import NONE, ReferringConfig
from segmentation.referring.expression_run import train_on_expressions
from segmentation.referring.run import train_referring
from shared_runtime.errors import UsageError

if TYPE_CHECKING:
    from segmentation.runs.training import TrainingRun
    from segmentation.training.loop import Progress


@with_arguments
def refer_train_command(
    images: Images,
    output: Run,
    labels: OptionalLabels = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            metavar="FILE|DIR",
            help="In place of labels, expressions of PhraseCut, RefCOCO or COCO objects: what 'refer evaluate' "
            "takes. --set supervision=masks or boxes: learn where they refer to, too.",
        ),
    ] = None,
    instances: Annotated[
        list[Path] | None,
        typer.Option(metavar="INSTANCES.json", help="COCO files with the objects of --truth; repeatable."),
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Only this part of --truth: train.")] = None,
    config: Config = DEFAULT_REFERRING,
    text_encoder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|packaged",
            help="A BERT of transformers: its folder, or its name in the hub's cache; packaged: the one that pip "
            "installed.",
        ),
    ] = None,
    localizer: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|packaged|none",
            help="What class names start from: a finished run of train-localizer on the same backbone, or a saved "
            "segmenter; packaged: the model that ships.",
        ),
    ] = None,
    pooling: Annotated[
        str | None, typer.Option(metavar="mpa|spa|gap|gmp", help="From patches to the score of an image.")
    ] = None,
    *,
    rules: LabelRuleArguments,
    label_space: LabelSpaceOfLabels = None,
    allow_missing: AllowMissing = False,
    shared: TrainingArguments,
) -> None:
    """Train a network on what captions call the things in images: the referring phrases of a label file.

    Examples:

      capseg refer train --images train2017 --labels labels.jsonl -o runs/referring

      capseg refer train --images photos --labels labels.jsonl -o runs/own --localizer runs/localizer

      capseg refer train --images photos --labels labels.jsonl -o runs/spa --pooling spa --epochs 4

      capseg refer train --images train2014 --truth refcoco --split train -o runs/full --set supervision=masks

    The same command continues an interrupted run.

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights, a language model or a package are missing; 130 interrupted.
    """
    given = {
        "label_space": label_space,
        "network.text.encoder": text_encoder,
        "localizer": localizer,
        "network.pooling.kind": pooling,
        **rules.given("labels."),
    }
    options = shared.resolved(ReferringConfig, config, given, labels)
    if (labels is None) == (truth is None):
        raise UsageError(
            f"got {'both --labels and' if labels else 'neither --labels nor'} --truth, expected one of them"
        )
    for option, value in (("split", split), ("instances", instances)):
        if labels is not None and value:
            raise UsageError(f"--{option} is about a --truth, and --labels was given. Leave it out")
    if localizer not in (None, NONE) and not options.network.knowledge:
        raise UsageError(
            f"--localizer: got {localizer}, which would change nothing: class names start from it with "
            "network.knowledge alone, and that is false. Leave it out, or --set network.knowledge=true"
        )
    if localizer is not None:
        # Before a training is begun, and where none will be.
        options.localizer_weights()
    if labels is not None and options.supervision != "texts":
        raise UsageError(f"captions do not say where things are: supervision={options.supervision} needs --truth")
    machine = shared.machine(allow_missing=allow_missing)

    def train(show: "Callable[[Progress], None]") -> "TrainingRun":
        if labels is not None:
            return train_referring(images, labels, output, options, machine, overwrite=shared.overwrite, show=show)
        assert truth is not None, "one of the two was given"
        regions: Regions = "boxes" if options.supervision == "boxes" else "masks"
        found = open_expressions(truth, instances=instances or (), regions=regions, split=split)
        return train_on_expressions(images, found, output, options, machine, overwrite=shared.overwrite, show=show)

    shared.run(options, train, output)
