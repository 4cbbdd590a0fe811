"""A localization network from images and a label file, in a run folder; and back from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets, Vocabulary, read_targets
from segmentation.localization.config import LocalizerConfig
from segmentation.runs.folder import TRAIN_LOCALIZER, RunFolder
from segmentation.runs.left_out import LeftOut
from segmentation.runs.soundness import check_classes, doubts, few_images
from segmentation.runs.trained import refuse_saved
from segmentation.runs.training import TrainingJob, TrainingRun, check_start, train_in_folder, training_record
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions

if TYPE_CHECKING:
    from segmentation.localization.network import LabelLocalizer
    from segmentation.training.loop import Progress


@dataclass(frozen=True)
class TrainedLocalizer:
    """A trained network and what its columns mean."""

    weights: Path
    vocabulary: Vocabulary
    config: LocalizerConfig

    @property
    def traits(self) -> NetworkTraits:
        """What decides which options suit it."""
        network = self.config.network
        return NetworkTraits(
            backbone=self.config.backbone,
            pretrained=self.config.weights != RANDOM,
            crop_size=self.config.crop.size,
            attributes=network.attributes,
            background=network.background,
            background_logit=network.background_logit,
            gives_cells=True,
        )

    @cached_property
    def network(self) -> "LabelLocalizer":
        """In evaluation mode; read when it is first asked for, so that wrong options are told without torch."""
        from segmentation.backbones.loading import read_tensors
        from segmentation.localization.task import initial_network

        network = initial_network(self.config, self.vocabulary, weights=None)
        network.load_state_dict(read_tensors(self.weights))
        return network.eval()

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]:
        """The network on `device`, looking at images as `viewing` says."""
        from segmentation.backbones.devices import network_on, resolve_device
        from segmentation.localization.predict import HeatmapExtractor

        place = resolve_device(device)
        return HeatmapExtractor(network_on(self.network, place), place, viewing)


def train_localizer(
    images: Sequence[Path],
    labels: Path,
    output: Path,
    config: LocalizerConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a localization network on the images in `images` that `labels` describes, and write it to `output`.

    Continues an unfinished run of the same options and labels. Raises UsageError where `output` holds another
    run, with the differences; InputError where most images are missing or their records damaged;
    KeyboardInterrupt, after a checkpoint, when the process is asked to stop.
    """
    machine = machine or MachineOptions()
    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    check_start(config, output, inputs, overwrite=overwrite)
    vocabulary, targets, skipped = read_targets(
        labels,
        images,
        label_space=config.label_space,
        keep_unlabelled=config.unlabelled_images,
        rules=config.labels,
    )
    left_out = LeftOut(skipped, machine.allow_missing)
    left_out.check(len(targets), labels, images)
    check_classes(vocabulary)

    from segmentation.localization.samples import LocalizationSamples
    from segmentation.localization.task import build_task

    job = TrainingJob(
        training_record(
            config,
            [_content(target) for target in targets],
            {"images": [str(path) for path in images], "labels": str(labels)},
        ),
        vocabulary.label_space,
        config.training,
        LocalizationSamples(targets, vocabulary, config.crop),
        lambda _device: build_task(config, vocabulary, targets),
        [*few_images(targets, vocabulary), *doubts(targets, vocabulary, config.training)],
        config.frozen_views,
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(len(targets), left_out, report)


def _content(target: ImageTargets) -> tuple[Any, ...]:
    """What is learned from an image."""
    attributes = sorted(target.attributes.items())
    classes = (target.foreground, target.background, target.doubtful, target.denied)
    return (target.image_id, target.file_name, *classes, attributes)


def load_localizer(run: Path) -> TrainedLocalizer:
    """The network of a finished run. InputError if `run` is none, or is unfinished."""
    folder = RunFolder(run)
    refuse_saved(run)
    config = folder.read_config(LocalizerConfig, TRAIN_LOCALIZER)
    return TrainedLocalizer(folder.weights, Vocabulary(folder.read_label_space()), config)
