"""The localization network as a task of the training loop."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from segmentation.backbones.devices import channels_last
from segmentation.backbones.loading import load_backbone, load_classifier
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.localization.config import LocalizerConfig
from segmentation.localization.knowledge.initialise import initialise
from segmentation.localization.losses import LocalizationLoss, LossWeights, label_weights
from segmentation.localization.network import LabelLocalizer, build_localizer
from segmentation.localization.noisy_labels import LabelDoubts
from segmentation.localization.samples import LocalizationBatch
from segmentation.training.task import BackboneTask


class LocalizationTask(BackboneTask[LabelLocalizer]):
    """Trains `module` on Eq. 6; what did not come with the backbone learns `new_layer_factor` times as fast."""

    def __init__(self, network: LabelLocalizer, loss: LocalizationLoss, *, new_layer_factor: float) -> None:
        super().__init__(network, new_layer_factor)
        self._loss = loss
        self._epochs = 0.0

    @property
    def decomposes(self) -> bool:
        """The largest losses are rejected among those of a batch."""
        return not self._loss.options.rejection

    def begin_step(self, epochs: float) -> None:
        """The rejection of large losses grows with the epochs done."""
        self._epochs = epochs

    def loss(self, batch: LocalizationBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. 6 and its parts; negative compounds are drawn with torch's default generator."""
        maps = self.module(batch.images)
        # Copied once: they stay where the first batch was.
        self._loss = replace(self._loss, weights=self._loss.weights.to(batch.classes.device))
        doubts = LabelDoubts(batch.doubtful, batch.denied, self._epochs)
        return self._loss(self.module, maps, batch.classes, batch.attributes, torch.default_generator, doubts)


def build_task(
    config: LocalizerConfig, vocabulary: Vocabulary, targets: Sequence[ImageTargets]
) -> LocalizationTask:
    """What `config` trains on `targets`; new layers take random numbers from torch's default generator.

    Raises UsageError and InputError for weights that do not fit.
    """
    network = initial_network(config, vocabulary, weights=config.starting_weights())
    classifier = config.classifier_weights()
    if classifier is not None:
        initialise(network, vocabulary.classes, load_classifier(config.backbone, classifier).rows)
    weights = (
        label_weights(targets, vocabulary, background=config.network.background)
        if config.network.balanced
        else LossWeights.plain(vocabulary)
    )
    loss = LocalizationLoss(config.network, weights, vocabulary.n_foreground)
    return LocalizationTask(network, loss, new_layer_factor=config.training.new_layer_factor)


def initial_network(config: LocalizerConfig, vocabulary: Vocabulary, *, weights: Path | None) -> LabelLocalizer:
    """The network before its training; its backbone with random numbers where `weights` is None."""
    backbone = load_backbone(config.backbone, weights)
    return channels_last(build_localizer(backbone, vocabulary.n_classes, vocabulary.n_attributes, config.network))
