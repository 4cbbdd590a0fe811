"""The localization network as a task of the training loop."""

import torch
from torch import Tensor

from segmentation.data.dataset import Batch
from segmentation.localization.losses import LocalizationLoss
from segmentation.localization.network import LabelLocalizer
from segmentation.training.task import ParameterGroup


class LocalizationTask:
    """Trains `module` on Eq. 6; what did not come with the backbone learns `new_layer_factor` times as fast."""

    def __init__(self, network: LabelLocalizer, loss: LocalizationLoss, *, new_layer_factor: float) -> None:
        self.module = network
        self._loss = loss
        self._new_layer_factor = new_layer_factor

    def parameter_groups(self) -> list[ParameterGroup]:
        """What is not frozen of the backbone, and what did not come with it."""
        trained = [value for value in self.module.backbone.parameters() if value.requires_grad]
        new = ParameterGroup("new", self.module.new_parameters(), self._new_layer_factor)
        return [ParameterGroup("backbone", trained), new] if trained else [new]

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Eq. 6 and its parts; negative compounds are drawn with torch's default generator."""
        maps = self.module(batch.images)
        return self._loss(self.module, maps, batch.classes, batch.attributes, torch.default_generator)
