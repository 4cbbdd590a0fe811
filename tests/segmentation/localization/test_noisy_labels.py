"""Labels that do not count in the loss: by hand, against a sort, and in a training that is resumed."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from segmentation.localization.config import LocalizationOptions
from segmentation.localization.losses import BalancedWeights, LocalizationLoss, LossWeights, class_loss
from segmentation.localization.noisy_labels import LabelDoubts, counted_labels, largest

NONE = torch.zeros(2, 3, dtype=torch.bool)
PRESENT = torch.tensor([[True, False, False], [False, False, False]])
SCORES = torch.tensor([[5.0, 3.0, -1.0], [2.0, -4.0, 0.0]])


def only(*places: tuple[int, int]) -> Tensor:
    chosen = NONE.clone()
    for row, column in places:
        chosen[row, column] = True
    return chosen


@given(st.integers(0, 2**31), st.floats(0, 1.5))
def test_the_largest_are_those_of_a_sort(seed: int, share: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(4, 9, generator=generator)
    among = torch.rand(4, 9, generator=generator) < 0.6
    chosen = largest(values, among, share)
    count = math.floor(min(share, 1) * int(among.sum()) + 1e-6)
    expected = sorted(values[among].tolist(), reverse=True)[:count]
    assert sorted(values[chosen].tolist(), reverse=True) == expected
    assert not (chosen & ~among).any()


@pytest.mark.parametrize(
    ("epochs", "rejected"),
    [
        (0.0, []),
        (0.99, []),
        # Of five unmentioned classes a fifth for each epoch done: the largest scores first.
        (1.0, [(0, 1)]),
        (2.7, [(0, 1), (1, 0)]),
        (3.0, [(0, 1), (1, 0), (1, 2)]),
        (40.0, [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]),
    ],
)
def test_more_are_left_out_with_every_epoch(epochs: float, rejected: list[tuple[int, int]]) -> None:
    counted = counted_labels(SCORES, PRESENT, LabelDoubts(NONE, NONE, epochs), 0.2)
    assert torch.equal(counted, ~only(*rejected))


def test_denied_classes_stay_and_doubtful_ones_never_count() -> None:
    doubts = LabelDoubts(only((1, 0)), only((0, 1)), 1.0)
    assert torch.equal(counted_labels(SCORES, PRESENT, doubts, 0.0), ~only((1, 0)))
    # Three classes are unmentioned: (0, 2), (1, 1) and (1, 2), the largest.
    assert torch.equal(counted_labels(SCORES, PRESENT, doubts, 0.4), ~only((1, 0), (1, 2)))


def test_what_does_not_count_has_no_gradient_and_the_rest_keeps_its_weight() -> None:
    scores = SCORES.clone().requires_grad_()
    weights = BalancedWeights(torch.tensor([2.0, 1.0, 1.0]), torch.tensor([1.0, 3.0, 1.0]))
    loss = class_loss(scores, PRESENT, weights, ~only((0, 1), (1, 2)))
    softplus = torch.nn.functional.softplus
    expected = (2 * softplus(torch.tensor(-5.0)) + softplus(torch.tensor([-1.0, 2.0])).sum()) / 6
    torch.testing.assert_close(loss, expected + 3 * softplus(torch.tensor(-4.0)) / 6)
    loss.backward()
    assert scores.grad is not None
    assert scores.grad[0, 1] == scores.grad[1, 2] == 0
    assert (scores.grad != 0).sum() == 4


class Scores(torch.nn.Module):
    def class_scores(self, cls: Tensor) -> Tensor:
        return cls


def parts(doubts: LabelDoubts | None, rejection: float = 0.0) -> dict[str, Tensor]:
    """The class losses of `SCORES`, two foreground classes and one of the background."""
    weights = LossWeights(BalancedWeights.plain(3), BalancedWeights.plain(0))
    loss = LocalizationLoss(LocalizationOptions(rejection=rejection), weights, n_foreground=2)
    maps = type("Maps", (), {"cls": SCORES, "comp": None})
    attributes = torch.zeros(2, 3, 0, dtype=torch.bool)
    return loss(Scores(), maps, PRESENT, attributes, torch.Generator(), doubts)[1]  # type: ignore[arg-type]


def test_foreground_and_background_reject_apart() -> None:
    nothing = parts(None)
    without = LabelDoubts(NONE, NONE, 0.0)
    assert parts(without, 0.5) == nothing
    rejecting = parts(without._replace(epochs=1.0), 0.5)
    # Of the foreground's three unmentioned classes one is left out, (0, 1), of the background's two one: (1, 2).
    softplus = [float(np.log1p(np.exp(value))) for value in (3.0, 0.0)]
    assert float(nothing["foreground"] - rejecting["foreground"]) == pytest.approx(softplus[0] / 4, abs=1e-6)
    assert float(nothing["background"] - rejecting["background"]) == pytest.approx(softplus[1] / 2, abs=1e-6)
