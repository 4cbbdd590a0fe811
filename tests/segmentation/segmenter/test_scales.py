"""Consistency between scales: divergences and gradients by hand, and the whole loss by a loop."""

import math

import pytest
import torch
from torch.nn import functional

from segmentation.backbones.loading import load_backbone
from segmentation.segmenter.config import MaskLossOptions, SegmentationOptions, SegmenterTraining
from segmentation.segmenter.losses import CellGrid, MaskLoss
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.samples import MaskBatch
from segmentation.segmenter.scales import inconsistency
from segmentation.segmenter.task import SegmentationTask

SURE, UNSURE = (0.9, 0.1), (0.5, 0.5)


def logits_of(*images: tuple[tuple[float, float], ...]) -> torch.Tensor:
    """B images of points in a row, with two classes: [B 2 1 n]."""
    return torch.tensor(images).log().permute(0, 2, 1)[:, :, None].requires_grad_()


def divergence(of: tuple[float, float], mean: tuple[float, float]) -> float:
    return sum(p * math.log(p / q) for p, q in zip(of, mean, strict=True))


def test_scales_are_compared_with_their_mean_where_an_image_is_sure() -> None:
    # Both scales are sure of the first image's second point, of the second image nowhere.
    first, second = logits_of((SURE, SURE), (SURE, UNSURE)), logits_of((UNSURE, SURE), (UNSURE, UNSURE))
    labels = torch.zeros(2, 1, 2, dtype=torch.int64)
    mean = (0.7, 0.3)
    both = (divergence(SURE, mean) + divergence(UNSURE, mean)) / 2
    found = inconsistency([first, second], labels, 0.8)
    assert found.item() == pytest.approx(both / 4, rel=1e-5)
    assert inconsistency([first, second], labels, 0.6).item() == pytest.approx(both / 2, rel=1e-5)
    # What an image is sure of where nothing is labelled says nothing of it; unlabelled points count as others do.
    labels[0, 0, 1] = 255
    assert inconsistency([first, second], labels, 0.8).item() == 0
    labels[0, 0] = torch.tensor([255, 0])
    assert inconsistency([first, second], labels, 0.8).item() == pytest.approx(both / 4, rel=1e-5)

    found.backward()
    # d KL / d p = log(p / q) / 2 for a mean over two scales, as what q adds cancels; then through the softmax.
    for logits, of in ((first, SURE), (second, UNSURE)):
        slopes = [math.log(p / q) / 2 / 4 for p, q in zip(of, mean, strict=True)]
        level = sum(p * slope for p, slope in zip(of, slopes, strict=True))
        expected = [p * (slope - level) for p, slope in zip(of, slopes, strict=True)]
        assert logits.grad is not None
        assert logits.grad[0, :, 0, 0].tolist() == pytest.approx(expected, rel=1e-4)
        assert logits.grad[1].eq(0).all()


@pytest.mark.parametrize("backbone", ["tiny", "efficientnet-lite0-head"])
def test_the_loss_is_the_mean_over_scales_and_their_inconsistency(backbone: str) -> None:
    torch.manual_seed(0)
    network = SegmentationNetwork(load_backbone(backbone), 2, SegmentationOptions(head="linear", dropout=0))
    stride, first = network.backbone.stride, network.backbone.first_cell
    correction = {"consistency": 0.5, "confidence": 0.01, "scales": (0.5, 1.0, 1.5)}
    options = MaskLossOptions.model_validate({"kind": "cross-entropy", "correction": correction})
    task = SegmentationTask(network, MaskLoss(options, CellGrid(stride, first)), SegmenterTraining())
    side = 4 * stride + (first == 0)
    images = torch.rand(2, 3, side, side) * 255
    masks = torch.randint(0, 3, (2, side, side), dtype=torch.uint8)
    masks[:, : stride + 1] = 255
    loss, figures = task.loss(MaskBatch(images, masks, torch.zeros(2, dtype=torch.bool)))

    centres = [round(first + stride * cell) for cell in range(side) if first + stride * cell < side]
    seen = []
    for cells in (2, 4, 6):
        size = (cells * stride + (first == 0),) * 2
        smaller = functional.interpolate(images, size, mode="bilinear") if cells != 4 else images
        logits = network(smaller)
        if cells != 4:
            logits = functional.interpolate(logits, (len(centres),) * 2, mode="bilinear", align_corners=first == 0)
        seen.append(logits.softmax(dim=1))
    mean = sum(seen) / 3
    crosses, kl, points = [], 0.0, 0
    for image in range(2):
        for row, y in enumerate(centres):
            for column, x in enumerate(centres):
                place = (image, slice(None), row, column)
                kl += sum((of[place] * (of[place] / mean[place]).log()).sum() for of in seen).item() / 3
                points += 1
                label = int(masks[image, y, x])
                crosses += [] if label == 255 else [-sum(of[place][label].log() for of in seen).item() / 3]
    assert figures["inconsistency"].item() == pytest.approx(kl / points, rel=1e-3)
    assert loss.item() == pytest.approx(sum(crosses) / len(crosses) + 0.5 * kl / points, rel=1e-4)
    loss.backward()
    assert network.last_biases()[0].grad is not None
