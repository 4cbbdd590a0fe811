"""The loss on masks against figures worked out by hand, and the points at which logits meet masks."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from segmentation.segmenter.config import GrowingOptions, MaskLossOptions, NoiseOptions
from segmentation.segmenter.losses import CellGrid, MaskLoss, at_points, balanced_seed_loss, cross_entropy

PROBABILITIES = torch.tensor([[[[0.5, 0.2, 0.1, 0.4]], [[0.25, 0.6, 0.1, 0.4]], [[0.25, 0.2, 0.8, 0.2]]]])
"""One image of four points in a row; three classes."""


def raised(probability: float) -> float:
    return (probability + 1e-4) / (1 + 3e-4)


def test_balanced_seed_loss_weighs_background_and_foreground_alike() -> None:
    labels = torch.tensor([[[0, 1, 2, 1]]])
    background = math.log(raised(0.5))
    foreground = (math.log(raised(0.6)) + math.log(raised(0.8)) + math.log(raised(0.4))) / 3
    assert float(balanced_seed_loss(PROBABILITIES, labels)) == pytest.approx(-background - foreground, rel=1e-5)


def test_a_side_without_pixels_adds_nothing_and_ignored_pixels_are_on_none() -> None:
    labels = torch.tensor([[[255, 1, 255, 1]]])
    expected = -(math.log(raised(0.6)) + math.log(raised(0.4))) / 2
    assert float(balanced_seed_loss(PROBABILITIES, labels)) == pytest.approx(expected, rel=1e-5)
    assert float(balanced_seed_loss(PROBABILITIES, torch.full((1, 1, 4), 255))) == 0


def test_balanced_seed_loss_is_a_mean_over_images() -> None:
    labels = torch.tensor([[[0, 1, 2, 1]], [[255, 1, 255, 1]]])
    each = [float(balanced_seed_loss(PROBABILITIES, labels[[index]])) for index in (0, 1)]
    both = balanced_seed_loss(PROBABILITIES.expand(2, -1, -1, -1), labels)
    assert float(both) == pytest.approx(sum(each) / 2, rel=1e-6)


def test_cross_entropy_is_torchs_over_all_labelled_pixels() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(2, 4, 3, 5), torch.randint(0, 4, (2, 3, 5))
    labels[0, 0] = 255
    expected = functional.cross_entropy(logits, labels, ignore_index=255)
    torch.testing.assert_close(cross_entropy(logits.log_softmax(dim=1), labels), expected)
    assert float(cross_entropy(logits.log_softmax(dim=1), torch.full((2, 3, 5), 255))) == 0


def test_masks_are_read_at_the_centres_of_cells() -> None:
    logits = torch.randn(1, 2, 3, 3)
    mask = torch.arange(81, dtype=torch.uint8).reshape(1, 9, 9)
    same, labels = at_points(logits, mask, CellGrid(4), None)
    assert torch.equal(same, logits)
    assert labels.tolist() == [[[0, 4, 8], [36, 40, 44], [72, 76, 80]]]
    patches = torch.arange(144, dtype=torch.uint8).reshape(1, 12, 12)
    _, labels = at_points(logits, patches, CellGrid(4, first_cell=1.5), None)
    assert labels[0, 0].tolist() == [2 * 12 + 2, 2 * 12 + 6, 2 * 12 + 10]


@pytest.mark.parametrize(("size", "aligned"), [(13, True), (16, False)])
def test_logits_are_interpolated_to_the_points(size: int, aligned: bool) -> None:
    """Cells whose corners are the image's, and patches: as torch upsamples them."""
    logits = torch.randn(2, 3, 4, 4)
    grid = CellGrid(4, first_cell=0.0 if aligned else 1.5)
    masks = torch.zeros(2, size, size, dtype=torch.uint8)
    points, labels = at_points(logits, masks, grid, 3)
    upsampled = functional.interpolate(logits, (size, size), mode="bilinear", align_corners=aligned)
    torch.testing.assert_close(points, upsampled[..., ::3, ::3])
    assert labels.shape == points[:, 0].shape


def loss(options: MaskLossOptions, logits: Tensor, masks: Tensor, progress: float = 0.5) -> tuple[float, float]:
    total, scalars = MaskLoss(options, CellGrid(1))(logits, masks, progress)
    return float(total), float(scalars["used"])


def test_options_decide_what_is_summed() -> None:
    logits = PROBABILITIES.log()
    masks = torch.tensor([[[0, 1, 2, 255]]], dtype=torch.uint8)
    both = (math.log(raised(0.6)) + math.log(raised(0.8))) / 2
    assert loss(MaskLossOptions(), logits, masks) == pytest.approx((-math.log(raised(0.5)) - both, 0.75), rel=1e-5)
    expected = -(math.log(0.5) + math.log(0.6) + math.log(0.8)) / 3
    assert loss(MaskLossOptions(kind="cross-entropy"), logits, masks)[0] == pytest.approx(expected, rel=1e-5)


def test_doubted_and_grown_labels_change_the_loss() -> None:
    logits = PROBABILITIES.log()
    doubting = MaskLossOptions(kind="cross-entropy", noise=NoiseOptions(contradiction=0.55))
    masks = torch.tensor([[[0, 0, 2, 1]]], dtype=torch.uint8)
    # At the end the second point, where class 1 has 0.6, is left out: its label is the background.
    assert loss(doubting, logits, masks, 0.0)[1] == 1
    expected = -(math.log(0.5) + math.log(0.8) + math.log(0.4)) / 3
    assert loss(doubting, logits, masks, 0.999) == pytest.approx((expected, 0.75), rel=1e-4)
    growing = MaskLossOptions(kind="cross-entropy", growing=GrowingOptions(enabled=True, foreground=0.55))
    seeds = torch.tensor([[[1, 255, 255, 255]]], dtype=torch.uint8)
    grown = -(math.log(0.25) + math.log(0.6)) / 2
    assert loss(growing, logits, seeds) == pytest.approx((grown, 0.5), rel=1e-5)


def test_the_loss_has_a_gradient_where_pixels_are_labelled() -> None:
    logits = PROBABILITIES.log().requires_grad_()
    masks = torch.tensor([[[0, 1, 255, 1]]], dtype=torch.uint8)
    total, _ = MaskLoss(MaskLossOptions(), CellGrid(1))(logits, masks, 0.0)
    total.backward()
    assert logits.grad is not None
    assert logits.grad[0, :, 0, 2].eq(0).all()
    assert logits.grad[0, :, 0, [0, 1, 3]].ne(0).all()
