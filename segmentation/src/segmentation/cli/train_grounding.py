"""`capseg train-grounding`: a visual-semantic embedding from images and their captions."""

from segmentation.cli.arguments import with_arguments
from segmentation.cli.outcome import AllowMissing
from segmentation.cli.training import Config, Images, Labels, LabelSpaceOfLabels, Run, TrainingArguments
from segmentation.experiments.catalog import DEFAULT_GROUNDING
from segmentation.grounding.config import GroundingConfig
from segmentation.grounding.run import train_grounding


@with_arguments
def train_grounding_command(
    images: Images,
    labels: Labels,
    output: Run,
    config: Config = DEFAULT_GROUNDING,
    label_space: LabelSpaceOfLabels = None,
    allow_missing: AllowMissing = False,
    *,
    shared: TrainingArguments,
) -> None:
    """Train a grounding model on whole captions: images near to their texts, without a label (DSVE).

    make-masks then asks it for class names and for the phrases that captions have for them (Table 8).

    Examples:

      capseg train-grounding --images train2017 --labels labels.jsonl -o runs/grounding

      capseg make-masks runs/grounding --images train2017 --labels labels.jsonl -o masks

    The same command continues an interrupted run.

    Exit codes: 0 done; 1 failure, or most images are missing or unreadable; 2 usage; 3 done, but some images are
    missing or unreadable; 4 weights or a package are missing; 130 interrupted.
    """
    options = shared.resolved(GroundingConfig, config, {"label_space": label_space}, labels)
    machine = shared.machine(allow_missing=allow_missing)
    shared.run(
        options,
        lambda show: train_grounding(
            images, labels, output, options, machine, overwrite=shared.overwrite, show=show
        ),
        output,
    )
