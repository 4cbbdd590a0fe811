"""A grounding model as a task of the training loop."""

from pathlib import Path

import torch
from torch import Tensor

from segmentation.backbones.devices import channels_last
from segmentation.backbones.loading import load_backbone
from segmentation.grounding.config import GroundingConfig, TripletOptions
from segmentation.grounding.losses import pair_cosines, triplet_loss
from segmentation.grounding.network import GroundingNetwork
from segmentation.grounding.samples import CaptionedBatch
from segmentation.grounding.words import WordTable
from segmentation.training.task import BackboneTask


class GroundingTask(BackboneTask[GroundingNetwork]):
    """Trains `module` to bring images near to their texts."""

    decomposes = False  # other images and texts of the batch are the negatives

    def __init__(self, network: GroundingNetwork, loss: TripletOptions, *, new_layer_factor: float) -> None:
        super().__init__(network, new_layer_factor)
        self._loss = loss

    def loss(self, batch: CaptionedBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """The triplet loss, and for the log the share of images whose own text is the nearest of the batch."""
        cosines = pair_cosines(*self.module(batch.images, batch.texts))
        loss = triplet_loss(cosines, batch.foreign, self._loss)
        cosines = cosines.detach()
        nearest = (cosines.masked_fill(~batch.foreign, -torch.inf).max(dim=1).values < cosines.diagonal()).float()
        return loss, {"nearest": nearest.mean()}


def build_task(config: GroundingConfig, words: WordTable) -> GroundingTask:
    """What `config` trains; new layers take random numbers from torch's default generator.

    Raises UsageError and InputError for weights that do not fit.
    """
    network = initial_network(config, words, weights=config.starting_weights())
    return GroundingTask(network, config.loss, new_layer_factor=config.training.new_layer_factor)


def initial_network(config: GroundingConfig, words: WordTable, *, weights: Path | None) -> GroundingNetwork:
    """The network before its training; its backbone with random numbers where `weights` is None."""
    return channels_last(GroundingNetwork(load_backbone(config.backbone, weights), words, config.network))
