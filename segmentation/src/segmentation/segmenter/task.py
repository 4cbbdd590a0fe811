"""The segmentation network as a task of the training loop."""

from collections.abc import Mapping

import torch
from torch import Tensor

from segmentation.backbones.loading import load_backbone
from segmentation.scores.grid import input_size
from segmentation.segmenter.config import SegmenterConfig, SegmenterTraining
from segmentation.segmenter.early_learning import EarlyLearning
from segmentation.segmenter.initialise import starting_network
from segmentation.segmenter.losses import CellGrid, MaskLoss, at_points
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.samples import MaskBatch
from segmentation.segmenter.scales import inconsistency, on_cells, scaled
from segmentation.training.task import BackboneTask, ParameterGroup
from shared_runtime.errors import UsageError
from shared_schemas import LabelSpace


class SegmentationTask(BackboneTask[SegmentationNetwork]):
    """Trains `module` on masks; new layers learn faster, and the biases of the last one fastest."""

    def __init__(self, network: SegmentationNetwork, loss: MaskLoss, training: SegmenterTraining) -> None:
        super().__init__(network, training.new_layer_factor)
        self._loss = loss
        self._training = training
        correction = loss.options.correction
        self._early = EarlyLearning(1 + network.n_classes, loss.grid, correction) if correction.enabled else None
        self._progress = 0.0

    def parameter_groups(self) -> list[ParameterGroup]:
        """The backbone, what did not come with its weights, and the biases of the last layer."""
        groups = super().parameter_groups()
        return [*groups, ParameterGroup("bias", self.module.last_biases(), self._training.last_bias_factor)]

    @property
    def decomposes(self) -> bool:
        """The balanced loss is a mean over images, where all weigh the same; cross-entropy is one over pixels."""
        options = self._loss.options
        same = options.corrected_weight == 1 and not options.noise.worst_images
        return options.kind == "balanced" and same

    def begin_step(self, epochs: float) -> None:
        """Filters of noise grow stricter in the course of the training."""
        self._progress = epochs / self._training.epochs
        if self._early is not None:
            self._early.begin_step(epochs)

    @property
    def memory(self) -> Mapping[str, Tensor]:
        """How far predictions agreed with labels, where labels are corrected by it."""
        return {} if self._early is None else self._early.memory

    def restore(self, memory: Mapping[str, Tensor]) -> None:
        """Go on from what was remembered."""
        if self._early is not None:
            self._early.memory = dict(memory)

    def loss(self, batch: MaskBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss on the masks of a batch, and for the log the shares of its pixels that were used and corrected,
        and the inconsistency of scales."""
        logits, masks = self.module(batch.images), batch.masks
        figures: dict[str, Tensor] = {}
        if self._early is not None:
            self._early.observe(logits.detach(), masks)
            masks = self._early.corrected(masks, self.module, batch.images)
            if len(batch.corrected):
                # What a person drew is not doubted.
                masks = torch.where(batch.corrected[:, None, None], batch.masks, masks)
            figures["corrected"] = (masks != batch.masks).float().mean()
        if not self._loss.options.correction.consistency:
            loss, used = self._loss(logits, masks, self._progress, batch.corrected)
            return loss, {**used, **figures}
        return self._over_scales(logits, batch, masks, figures)

    def _over_scales(
        self, logits: Tensor, batch: MaskBatch, masks: Tensor, figures: dict[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean over scales of the loss on masks, at the cells of scale 1, and their weighed inconsistency."""
        options, grid = self._loss.options, self._loss.grid
        others = (scaled(batch.images, scale, grid) for scale in options.correction.scales if scale != 1)
        seen = [logits, *(on_cells(self.module(images), logits.shape[-2:], grid) for images in others)]
        found = [self._loss(of_scale, masks, self._progress, batch.corrected) for of_scale in seen]
        points, labels = zip(
            *(at_points(of_scale.float(), masks, grid, options.stride) for of_scale in seen), strict=True
        )
        differing = inconsistency(points, labels[0], options.correction.confidence)
        loss = torch.stack([of_scale for of_scale, _ in found]).mean() + options.correction.consistency * differing
        used = torch.stack([shares["used"] for _, shares in found]).mean()
        return loss, {"used": used, **figures, "inconsistency": differing.detach()}


def build_task(config: SegmenterConfig, label_space: LabelSpace) -> SegmentationTask:
    """What `config` trains; new layers take random numbers from torch's default generator.

    Raises UsageError and InputError for weights that do not fit.
    """
    network = starting_network(config, label_space)
    loss = MaskLoss(config.loss, CellGrid(network.backbone.stride, network.backbone.first_cell))
    return SegmentationTask(network, loss, config.training)


def check_crops(config: SegmenterConfig) -> None:
    """Raises UsageError for crops whose cells do not lie on the grid that masks are read on."""
    backbone = load_backbone(config.backbone)
    size = input_size(config.crop.size, backbone.stride, backbone.first_cell)
    if size != config.crop.size:
        raise UsageError(
            f"crops of {config.crop.size} pixels do not end where the last cell of {config.backbone} does, so "
            f"that cells and masks would lie beside each other. Give --image-size {size}"
        )
