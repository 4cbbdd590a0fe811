"""A network of referring expressions as a task of the training loop."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from segmentation.backbones.devices import channels_last
from segmentation.backbones.loading import load_backbone, load_classifier, read_tensors
from segmentation.data.phrases import class_text, expression_text
from segmentation.referring.config import ReferringConfig, ReferringLossOptions
from segmentation.referring.knowledge.directions import start_from_knowledge
from segmentation.referring.knowledge.learned_rows import named_rows
from segmentation.referring.losses import overlap, soft_margin_loss
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.pooling import pooled
from segmentation.referring.samples import ReferringBatch
from segmentation.referring.text_encoder import ClassNames, LanguageModel, TextEncoder, on_device
from segmentation.training.task import BackboneTask, ParameterGroup
from shared_runtime.errors import UsageError
from shared_schemas import LabelSpace


class ReferringTask(BackboneTask[ReferringNetwork]):
    """Trains `module` on which expressions images show."""

    def __init__(
        self,
        network: ReferringNetwork,
        texts: Tensor,
        loss: ReferringLossOptions,
        *,
        new_layer_factor: float,
        names_alone: bool = False,
    ) -> None:
        """`texts`: what the network takes for each expression of the training's table, one per row. `names_alone`:
        every batch has the same expressions, class names."""
        super().__init__(network, new_layer_factor)
        self._texts = texts
        self._loss = loss
        # Expressions that are drawn for one image are negatives of the others in its batch.
        self.decomposes = names_alone and not loss.apart

    def parameter_groups(self) -> list[ParameterGroup]:
        """What is not frozen of the encoders, and what did not come with them."""
        groups, encoder = super().parameter_groups(), self.module.text_encoder
        return groups if encoder is None else [*groups, ParameterGroup("text", list(encoder.parameters()))]

    def texts(self, expressions: Tensor) -> Tensor:
        """What the network takes for expressions `[L]`, by their numbers in the training's table."""
        self._texts = self._texts.to(expressions.device)
        return self._texts[expressions]

    def loss(self, batch: ReferringBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch, and for the log the scale and how many expressions are known to be there."""
        network = self.module
        maps = network(batch.images, self.texts(batch.expressions))
        scores, shares = pooled(maps, network.options.pooling)
        loss = soft_margin_loss(scores, batch.present, batch.known, self._loss)
        if self._loss.apart:
            there = batch.present == 1
            apart = there[:, :, None] & there[:, None, :] & batch.foreign
            loss = loss + self._loss.apart * overlap(shares, apart)
        positives = (batch.present * batch.known).sum(dim=1).mean()
        return loss, {"scale": network.scale.detach(), "positives": positives}


def build_task(
    config: ReferringConfig, label_space: LabelSpace, texts: Sequence[str], device: torch.device
) -> ReferringTask:
    """What `config` trains on the expressions `texts`, which are encoded on `device` where this is done but once;
    new layers take random numbers from torch's default generator.

    Raises UsageError and InputError for weights and language models that do not fit.
    """
    network, encoder = initial_network(config, label_space, pretrained=True)
    encoder = on_device(encoder, device)
    classifier = config.classifier_weights()
    if classifier is not None:
        localizer = config.localizer_weights()
        learned = None if localizer is None else named_rows(localizer)
        start_from_knowledge(network, encoder, load_classifier(config.backbone, classifier).rows, learned)
    earlier = config.earlier_weights()
    if earlier is not None:
        _start_from(network, earlier)
    trained = network.text_encoder
    inputs = encoder.vectors(texts) if trained is None else trained.tokens(texts)
    return ReferringTask(
        network,
        inputs,
        config.loss,
        new_layer_factor=config.training.new_layer_factor,
        names_alone=config.expressions.source == "classes",
    )


def _start_from(network: ReferringNetwork, weights: Path) -> None:
    """Give the network what a finished run learned. Raises UsageError for a run of another kind of network."""
    try:
        network.load_state_dict(read_tensors(weights))
    except RuntimeError as error:
        reason = str(error).partition("\n")[2].strip() or error
        raise UsageError(
            f"{weights.parent}: got a network of another kind, expected the same encoders: {reason}"
        ) from None


def initial_network(
    config: ReferringConfig, label_space: LabelSpace, *, pretrained: bool
) -> tuple[ReferringNetwork, TextEncoder]:
    """The network before its training and what makes vectors of texts for it, which is a part of it where it is
    trained.

    `pretrained=False`: what is trained has random numbers, to be filled with what was learned.
    """
    backbone = load_backbone(config.backbone, config.starting_weights() if pretrained else None)
    encoder = text_encoder(config, label_space, pretrained=pretrained or not config.network.text.trained)
    trained = encoder if isinstance(encoder, LanguageModel) and config.network.text.trained else None
    network = ReferringNetwork(backbone, encoder.channels, config.network, trained)
    return channels_last(network), encoder


def text_encoder(config: ReferringConfig, label_space: LabelSpace, *, pretrained: bool) -> TextEncoder:
    """What makes vectors of texts."""
    folder = config.text_folder()
    if folder is None:
        every = config.expressions.named == "all"
        classes = label_space.classes if every else label_space.foreground
        return ClassNames([*map(class_text, classes)], [expression_text(label.name) for label in classes])
    return LanguageModel(folder, config.network.text, pretrained=pretrained)
