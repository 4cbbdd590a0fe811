"""A network of referring expressions from images and a label file, in a run folder; and back from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.targets import ImageTargets, Vocabulary, read_targets
from segmentation.referring.config import ReferringConfig
from segmentation.referring.expressions import expression_table, shared
from segmentation.referring.names import shipped_as
from segmentation.referring.options import NOTHING, ReferringPrediction
from segmentation.referring.text_folder import language_digest
from segmentation.runs.folder import TRAIN_REFERRING, RunFolder
from segmentation.runs.left_out import LeftOut
from segmentation.runs.soundness import step_doubts
from segmentation.runs.training import TrainingJob, TrainingRun, check_start, train_in_folder, training_record
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError

if TYPE_CHECKING:
    from segmentation.referring.network import ReferringNetwork
    from segmentation.referring.predict import ExpressionPredictor
    from segmentation.referring.text_encoder import TextEncoder
    from segmentation.training.loop import Progress


@dataclass(frozen=True)
class TrainedReferring:
    """A trained network, and the label space of the records that it learned from."""

    weights: Path
    vocabulary: Vocabulary
    config: ReferringConfig

    @cached_property
    def encoders(self) -> "tuple[ReferringNetwork, TextEncoder]":
        """The network, in evaluation mode, and what makes vectors of texts for it; read when first asked for."""
        from segmentation.backbones.loading import read_tensors
        from segmentation.referring.task import initial_network

        network, encoder = initial_network(self.config, self.vocabulary.label_space, pretrained=False)
        network.load_state_dict(read_tensors(self.weights))
        return network.eval(), encoder

    @property
    def network(self) -> "ReferringNetwork":
        """In evaluation mode."""
        return self.encoders[0]

    @property
    def traits(self) -> NetworkTraits:
        """What decides which options suit it, where it is asked for classes by their names."""
        return NetworkTraits(
            backbone=self.config.backbone,
            pretrained=self.config.weights != RANDOM,
            crop_size=self.config.crop.size,
            attributes=False,
            background=False,
            own_background=not self.config.network.pooling.relative,
            names=self._names_of,
        )

    @property
    def _names_of(self) -> str | None:
        """By the names themselves: a file of the user may be called as a label space that ships."""
        if self.config.expressions.class_names == "none":
            return None
        return shipped_as(self.vocabulary.label_space, self.config.label_space)

    def score_source(self, viewing: Viewing, device: str) -> ScoreSource[ImageTargets]:
        """The network on `device`, asked for class names, looking at images as `viewing` says."""
        from segmentation.referring.class_scores import ClassNameScores

        options = ReferringPrediction(
            input_size=viewing.input_size,
            scales=viewing.scales,
            flip=viewing.flip,
            propagation=viewing.propagation,
            rivals=NOTHING,
            precision=viewing.precision,
        )
        names = [label.name for label in self.vocabulary.classes]
        return ClassNameScores(self.predictor(options, device), names)

    def predictor(self, options: ReferringPrediction | None = None, device: str = "auto") -> "ExpressionPredictor":
        """The network on `device`, looking at images as `options` say.

        Raises UsageError for a device that is not there, LabelSpaceError for rivals that cannot be read.
        """
        from segmentation.backbones.devices import network_on, resolve_device
        from segmentation.referring.predict import ExpressionPredictor
        from segmentation.referring.text_encoder import on_device

        resolved = (options or ReferringPrediction()).resolved(self.traits)
        place = resolve_device(device)
        network, encoder = self.encoders
        network = network_on(network, place)
        # One that was trained is a part of the network.
        encoder = network.text_encoder or on_device(encoder, place)
        return ExpressionPredictor(network, encoder, place, resolved)


def load_referring(run: Path) -> TrainedReferring:
    """The network of a finished run. InputError if `run` is none, or is unfinished."""
    folder = RunFolder(run)
    config = folder.read_config(ReferringConfig, TRAIN_REFERRING)
    return TrainedReferring(folder.weights, Vocabulary(folder.read_label_space()), config)


def train_referring(
    images: Sequence[Path],
    labels: Path,
    output: Path,
    config: ReferringConfig,
    machine: MachineOptions | None = None,
    *,
    overwrite: bool = False,
    show: "Callable[[Progress], None]" = lambda _: None,
) -> TrainingRun:
    """Train a network on what the captions in `labels` say of the images in `images`, and write it to `output`.

    Continues an unfinished run of the same options and labels. Raises UsageError where `output` holds another
    run, with the differences; InputError where most images are missing or their records damaged, and where
    captions refer to nothing; KeyboardInterrupt, after a checkpoint, when the process is asked to stop.
    """
    machine = machine or MachineOptions()
    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    language = config.text_folder()
    check_start(config, output, inputs, overwrite=overwrite)
    vocabulary, targets, skipped = read_targets(
        labels,
        images,
        label_space=config.label_space,
        keep_unlabelled=config.unlabelled_images,
        rules=config.labels,
        phrases=config.expressions.source == "phrases",
    )
    left_out = LeftOut(skipped, machine.allow_missing)
    left_out.check(len(targets), labels, images)
    targets = shared(targets, lambda target: target.key, config.expressions.share, labels)
    table = expression_table(targets, vocabulary.label_space, config.expressions)
    if not table.texts:
        raise InputError(
            f"{labels}: got no referring phrase in {len(targets):,} records, expected mentions "
            "with phrase_start and phrase_end, as 'capparse label' writes them"
        )

    from segmentation.referring.samples import ReferringSamples
    from segmentation.referring.task import build_task

    digest = language_digest(language)
    job = TrainingJob(
        training_record(
            config,
            [(*_content(target), digest) for target in targets],
            {"images": [str(path) for path in images], "labels": str(labels)},
        ),
        vocabulary.label_space,
        config.training,
        ReferringSamples(table, config.crop, apart=config.loss.apart > 0),
        lambda device: build_task(config, vocabulary.label_space, table.texts, device),
        [*step_doubts(len(targets), config.training)],
        config.frozen_views,
    )
    report = train_in_folder(job, output, machine, overwrite=overwrite, show=show)
    return TrainingRun(len(targets), left_out, report)


def _content(target: ImageTargets) -> tuple[Any, ...]:
    """What is learned from an image."""
    classes = (target.foreground, target.background, target.doubtful)
    return (target.image_id, target.file_name, *classes, target.phrases)
