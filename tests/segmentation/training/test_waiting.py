"""Steps that wait for nothing that a device has computed: on torch's meta device no value can be asked for."""

import torch

from segmentation.backbones.loading import load_backbone
from segmentation.data.targets import Vocabulary
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.losses import LocalizationLoss, LossWeights
from segmentation.localization.network import build_localizer
from segmentation.localization.samples import LocalizationBatch
from segmentation.localization.task import LocalizationTask
from segmentation.segmenter.config import MaskLossOptions, SegmentationOptions, SegmenterTraining
from segmentation.segmenter.losses import CellGrid, MaskLoss
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.samples import MaskBatch
from segmentation.segmenter.task import SegmentationTask
from shared_schemas import LabelSpace

IMAGES = torch.zeros(2, 3, 17, 17, dtype=torch.uint8)


def test_a_localizer_without_rejection(space: LabelSpace) -> None:
    vocabulary = Vocabulary(space)
    network = build_localizer(
        load_backbone("tiny"), vocabulary.n_classes, 0, options := LocalizationOptions(attributes=False, d_cls=8)
    )
    loss = LocalizationLoss(options, LossWeights.plain(vocabulary), vocabulary.n_foreground)
    none = torch.zeros(2, vocabulary.n_classes, dtype=torch.bool)
    batch = LocalizationBatch(IMAGES, none, none[:, :, None][:, :, :0], none, none).to("meta")
    task = LocalizationTask(network.to("meta"), loss, new_layer_factor=1)
    task.begin_step(3.0)
    assert task.loss(batch)[0].is_meta


def test_a_segmenter_whose_masks_nobody_corrected() -> None:
    network = SegmentationNetwork(load_backbone("tiny"), 2, SegmentationOptions(head="linear")).to("meta")
    masks, nobody = torch.zeros(2, 17, 17, dtype=torch.uint8), torch.zeros(0, dtype=torch.bool)
    for options in ({}, {"stride": 4}):
        loss = MaskLoss(MaskLossOptions.model_validate(options), CellGrid(4))
        task = SegmentationTask(network, loss, SegmenterTraining())
        assert task.loss(MaskBatch(IMAGES, masks, nobody).to("meta"))[0].is_meta
