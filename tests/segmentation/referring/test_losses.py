"""The losses of TSEG by hand, against torch's own, and against naive loops."""

import pytest

torch = pytest.importorskip("torch")

from segmentation.referring.config import ReferringLossOptions  # noqa: E402
from segmentation.referring.losses import balanced_weights, dice_loss, overlap, soft_margin_loss  # noqa: E402


def test_the_soft_margin_loss_is_that_of_torch() -> None:
    torch.manual_seed(0)
    scores, present = torch.randn(3, 5), (torch.rand(3, 5) < 0.4).float()
    known = torch.ones(3, 5, dtype=torch.bool)
    mean = torch.nn.MultiLabelSoftMarginLoss()(scores, present)
    torch.testing.assert_close(
        soft_margin_loss(scores, present, known, ReferringLossOptions(reduction="mean")), mean
    )
    torch.testing.assert_close(soft_margin_loss(scores, present, known, ReferringLossOptions()), 5 * mean)
    # What is not known counts for nothing: the same as if it were not there.
    known[:, 3:] = False
    torch.testing.assert_close(
        soft_margin_loss(scores, present, known, ReferringLossOptions(reduction="mean")),
        torch.nn.MultiLabelSoftMarginLoss()(scores[:, :3], present[:, :3]),
    )


def test_balanced_sides_weigh_the_same() -> None:
    present = torch.tensor([[1.0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0.25, 0, 1, 1, 1]])
    known = torch.tensor([[True, True, True, True, False], [True] * 5, [True, True, False, False, False]])
    weights = balanced_weights(present, known)
    torch.testing.assert_close(weights[0], torch.tensor([2.0, 2 / 3, 2 / 3, 2 / 3, 0]))
    torch.testing.assert_close(weights[1], torch.ones(5))
    # A quarter is there, 1.75 are not: the soft target has all of one side and 3/7 of the other.
    torch.testing.assert_close(weights[2], torch.tensor([1 + 0.75 / 1.75, 1 / 1.75, 0, 0, 0]))


def test_dice_and_overlap_by_hand() -> None:
    masks = torch.tensor([[[1.0, 0.5, 0, 0]], [[0.0, 0, 0, 0]]], requires_grad=True)
    truth = torch.tensor([[[1.0, 1, 1, 0]], [[0.0, 0, 0, 0]]])
    loss = dice_loss(masks, truth)
    # 1 - 2 · 1.5 / (1.5 + 3), and two empty masks.
    torch.testing.assert_close(loss, torch.tensor((1 - 3 / 4.5) / 2))
    loss.backward()
    assert masks.grad is not None
    assert masks.grad.isfinite().all()
    shares = torch.tensor([[[[1.0, 1, 0, 0]], [[0.0, 0.5, 0.5, 0]], [[1.0, 1, 1, 1]]]])
    apart = torch.zeros(1, 3, 3, dtype=torch.bool)
    assert overlap(shares, apart) == 0
    apart[0, 0, 1] = apart[0, 1, 0] = apart[0, 0, 2] = True
    # .5 / min(2, 1) both ways, and 2 / min(2, 4).
    torch.testing.assert_close(overlap(shares, apart), torch.tensor((0.5 + 0.5 + 1) / 3))
