"""`capseg train-localizer`: a localization network from images and a label file."""

from segmentation.cli.arguments import with_arguments
from segmentation.cli.label_rules import LabelRuleArguments
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.training import Config, Images, Labels, LabelSpaceOfLabels, Run, TrainingArguments
from segmentation.experiments.catalog import DEFAULT
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer


@with_arguments
def train_localizer_command(
    images: Images,
    labels: Labels,
    output: Run,
    config: Config = DEFAULT,
    *,
    rules: LabelRuleArguments,
    label_space: LabelSpaceOfLabels = None,
    allow_missing: AllowMissing = False,
    shared: TrainingArguments,
) -> None:
    """Train a localization network on the images that a label file describes.

    Examples:

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/first

      capseg train-localizer --images train2017 --labels labels.jsonl -o runs/all --config lite0-224 --epochs 8

    The same command continues an interrupted run. Several devices: accelerate launch -m segmentation
    train-localizer …

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights or a package are missing; 130 interrupted.
    """
    given = {"label_space": label_space, **rules.given("labels.")}
    options = shared.resolved(LocalizerConfig, config, given, labels)
    machine = shared.machine(allow_missing=allow_missing)
    shared.run(
        options,
        lambda show: train_localizer(
            images, labels, output, options, machine, overwrite=shared.overwrite, show=show
        ),
        output,
    )
