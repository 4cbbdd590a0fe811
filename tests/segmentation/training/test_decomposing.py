"""Whether the loss of a batch is the mean of those of its parts: tasks say so, and so it is."""

from dataclasses import fields
from typing import Any

import pytest
import torch

from segmentation.backbones.loading import load_backbone
from segmentation.data.targets import Vocabulary
from segmentation.grounding.config import GroundingOptions, TextOptions, TripletOptions
from segmentation.grounding.network import GroundingNetwork
from segmentation.grounding.samples import CaptionedBatch
from segmentation.grounding.task import GroundingTask
from segmentation.grounding.words import WordTable
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.losses import LocalizationLoss, LossWeights
from segmentation.localization.network import build_localizer
from segmentation.localization.samples import LocalizationBatch
from segmentation.localization.task import LocalizationTask
from segmentation.referring.config import ReferringLossOptions, ReferringOptions
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.samples import ReferringBatch
from segmentation.referring.task import ReferringTask
from segmentation.segmenter.config import MaskLossOptions, SegmentationOptions, SegmenterTraining
from segmentation.segmenter.losses import CellGrid, MaskLoss
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.samples import MaskBatch
from segmentation.segmenter.task import SegmentationTask
from segmentation.training.task import Task
from shared_schemas import LabelSpace

IMAGES = torch.randint(0, 256, (4, 3, 17, 17), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def check(task: Task[Any], batch: Any, parts: list[Any], *, decomposes: bool) -> None:
    task.module.eval()
    task.begin_step(1.0)
    whole = task.loss(batch)[0].item()
    mean = sum(task.loss(part)[0].item() for part in parts) / len(parts)
    assert task.decomposes is decomposes
    assert (mean == pytest.approx(whole, rel=1e-5)) is decomposes


def halves(batch: Any) -> list[Any]:
    """The first and the second two samples."""
    content = {field.name: getattr(batch, field.name) for field in fields(batch)}
    return [type(batch)(**{name: of[part] for name, of in content.items()}) for part in (slice(2), slice(2, 4))]


@pytest.mark.parametrize("rejection", [0.0, 0.3])
def test_a_localizer(space: LabelSpace, rejection: float) -> None:
    torch.manual_seed(0)
    vocabulary = Vocabulary(space)
    options = LocalizationOptions(attributes=False, rejection=rejection, d_cls=8)
    network = build_localizer(load_backbone("tiny"), vocabulary.n_classes, 0, options)
    loss = LocalizationLoss(options, LossWeights.plain(vocabulary), vocabulary.n_foreground)
    none = torch.zeros(4, vocabulary.n_classes, dtype=torch.bool)
    classes = none.clone()
    classes[[0, 1, 2, 3], [0, 1, 2, 0]] = True
    batch = LocalizationBatch(
        IMAGES, classes, torch.zeros(4, vocabulary.n_classes, 0, dtype=torch.bool), none, none
    )
    check(LocalizationTask(network, loss, new_layer_factor=1), batch, halves(batch), decomposes=not rejection)


@pytest.mark.parametrize(
    ("options", "decomposes"),
    [
        ({}, True),
        ({"kind": "cross-entropy"}, False),
        ({"corrected_weight": 3}, False),
        ({"noise": {"worst_images": 0.5}}, False),
    ],
)
def test_a_segmenter(options: dict[str, Any], decomposes: bool) -> None:
    torch.manual_seed(0)
    network = SegmentationNetwork(load_backbone("tiny"), 2, SegmentationOptions(head="linear"))
    task = SegmentationTask(
        network, MaskLoss(MaskLossOptions.model_validate(options), CellGrid(4)), SegmenterTraining(epochs=2)
    )
    masks = torch.randint(0, 3, (4, 17, 17), dtype=torch.uint8)
    masks[0, :9] = 255
    batch = MaskBatch(IMAGES, masks, torch.tensor([True, False, False, False]))
    check(task, batch, halves(batch), decomposes=decomposes)


@pytest.mark.parametrize("names", [True, False])
def test_referring_expressions(names: bool) -> None:
    torch.manual_seed(0)
    network = ReferringNetwork(load_backbone("tiny"), 4, ReferringOptions(dimension=8))
    task = ReferringTask(network, torch.eye(4), ReferringLossOptions(), new_layer_factor=1, names_alone=names)
    said, known = torch.eye(4), torch.ones(4, 4, dtype=torch.bool)
    foreign = torch.zeros(0, 0, dtype=torch.bool)
    batch = ReferringBatch(IMAGES, torch.arange(4), said, known, foreign)
    parts = []
    for part in (slice(2), slice(2, 4)):
        # The names of all classes, or what is said of the part's own images.
        here = slice(None) if names else part
        parts.append(
            ReferringBatch(IMAGES[part], batch.expressions[here], said[part, here], known[part, here], foreign)
        )
    check(task, batch, parts, decomposes=names)


def test_captions() -> None:
    torch.manual_seed(0)
    options = GroundingOptions(dimension=8, text=TextOptions(word_channels=4, layers=1))
    network = GroundingNetwork(load_backbone("tiny"), WordTable(["a", "b", "c", "d"]), options)
    task = GroundingTask(network, TripletOptions(), new_layer_factor=1)
    batch = CaptionedBatch(IMAGES, torch.arange(2, 6)[:, None], ~torch.eye(4, dtype=torch.bool))
    parts = [
        CaptionedBatch(IMAGES[part], batch.texts[part], batch.foreign[part, part])
        for part in (slice(2), slice(2, 4))
    ]
    check(task, batch, parts, decomposes=False)
