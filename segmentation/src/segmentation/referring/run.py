"""A network of referring expressions from images and a label file, in a run folder; and back from there."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import RANDOM
from segmentation.data.phrases import class_text
from segmentation.data.targets import ImageTargets
from segmentation.referring.config import ReferringConfig
from segmentation.referring.expressions import ExpressionTable, expression_table, shared
from segmentation.referring.names import shipped_as
from segmentation.referring.options import NOTHING, ReferringPrediction
from segmentation.referring.text_folder import language_digest
from segmentation.runs.trained import TrainedModel
from segmentation.runs.training import Prepared, TrainingRun, read_labelled, train_run
from segmentation.scores.contract import NetworkTraits, ScoreSource, Viewing
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from segmentation.referring.network import ReferringNetwork
    from segmentation.referring.predict import ExpressionPredictor
    from segmentation.referring.text_encoder import TextEncoder
    from segmentation.training.loop import Progress


class TrainedReferring(TrainedModel[ReferringConfig, "ReferringNetwork"]):
    """A trained network, and the label space of the records that it learned from."""

    config_type = ReferringConfig

    @property
    def encoders(self) -> "tuple[ReferringNetwork, TextEncoder]":
        """The network, in evaluation mode, and what makes vectors of texts for it; read when first asked for."""
        return self.network, self._initial[1]

    @cached_property
    def _initial(self) -> "tuple[ReferringNetwork, TextEncoder]":
        from segmentation.referring.task import initial_network

        return initial_network(self.config, self.vocabulary.label_space, pretrained=False)

    def _untrained(self, _tensors: "Mapping[str, Tensor]") -> "ReferringNetwork":
        return self._initial[0]

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

    def _scores(
        self, network: "ReferringNetwork", device: "torch.device", viewing: Viewing
    ) -> ScoreSource[ImageTargets]:
        """That are asked for by class names."""
        from segmentation.referring.class_scores import ClassNameScores

        options = ReferringPrediction(
            input_size=viewing.input_size,
            scales=viewing.scales,
            flip=viewing.flip,
            propagation=viewing.propagation,
            rivals=NOTHING,
            precision=viewing.precision,
        )
        names = [class_text(label) for label in self.vocabulary.classes]
        return ClassNameScores(self._predictor(network, device, options), names)

    def predictor(self, options: ReferringPrediction | None = None, device: str = "auto") -> "ExpressionPredictor":
        """The network on `device`, looking at images as `options` say.

        Raises UsageError for a device that is not there, LabelSpaceError for rivals that cannot be read.
        """
        from segmentation.backbones.devices import network_on, resolve_device

        options, place = options or ReferringPrediction(), resolve_device(device)
        return self._predictor(network_on(self.network, place), place, options)

    def _predictor(
        self, network: "ReferringNetwork", device: "torch.device", options: ReferringPrediction
    ) -> "ExpressionPredictor":
        from segmentation.referring.predict import ExpressionPredictor
        from segmentation.referring.text_encoder import on_device

        # An encoder that was trained is a part of the network.
        encoder = network.text_encoder or on_device(self.encoders[1], device)
        return ExpressionPredictor(network, encoder, device, options.resolved(self.traits))


def load_referring(run: Path) -> TrainedReferring:
    """As `TrainedModel.of_run`."""
    return TrainedReferring.of_run(run)


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
    language = config.text_folder()

    def prepare(allow_missing: bool) -> Prepared:
        vocabulary, targets, left_out = read_labelled(
            labels,
            images,
            config,
            allow_missing=allow_missing,
            keep_unlabelled=config.unlabelled_images,
            phrases=config.expressions.source == "phrases",
        )
        targets = shared(targets, lambda target: target.key, config.expressions.share, labels)
        space = vocabulary.label_space
        table = expression_table(targets, space, config.expressions)
        if not table.texts:
            raise InputError(
                f"{labels}: got no referring phrase in {len(targets):,} records, expected mentions "
                "with phrase_start and phrase_end, as 'capparse label' writes them"
            )
        digest = language_digest(language)
        content = [(*_content(target), digest) for target in targets]
        return Prepared(space, content, left_out, lambda: of_table(table, config, space))

    inputs = {"the label file": labels, "the label space": Path(config.label_space)}
    notes = {"images": [str(path) for path in images], "labels": str(labels)}
    return train_run(
        config, config.training, output, inputs, notes, prepare, machine, overwrite=overwrite, show=show
    )


def of_table(
    table: ExpressionTable, config: ReferringConfig, space: LabelSpace
) -> tuple[Any, Callable[[Any], Any]]:
    """Samples of what is said of images, and what builds the task that learns from these alone."""
    from segmentation.referring.samples import ReferringSamples
    from segmentation.referring.task import build_task

    samples = ReferringSamples(table, config.crop, apart=config.loss.apart > 0)
    return samples, lambda device: build_task(config, space, table.texts, device)


def _content(target: ImageTargets) -> tuple[Any, ...]:
    """What is learned from an image."""
    classes = (target.foreground, target.background, target.doubtful)
    return (target.image_id, target.file_name, *classes, target.phrases)
