"""Normalised global weighted pooling and the size penalty, by hand and by what must not change them."""

import math

import pytest

torch = pytest.importorskip("torch")

from segmentation.scores.pooling import competing_shares, size_penalty, weighted_pooling  # noqa: E402


def maps(*classes: list[list[float]]) -> "torch.Tensor":
    """One image, `[1 K h w]`."""
    return torch.tensor([classes])


def test_shares_are_a_softmax_over_classes_and_background() -> None:
    # Two classes in two cells; e^0 = 1 for the background.
    found = competing_shares(maps([[math.log(2), 0.0]], [[math.log(3), 0.0]]), background=0.0)
    assert found.shape == (1, 2, 1, 2)
    torch.testing.assert_close(found, maps([[2 / 6, 1 / 3]], [[3 / 6, 1 / 3]]))


def test_a_class_is_scored_where_it_wins() -> None:
    shares = maps([[1.0, 0.0]], [[0.5, 0.5]])
    found = weighted_pooling(maps([[4.0, -100.0]], [[2.0, 6.0]]), shares)
    # (1·4) / (1 + 1); (0.5·2 + 0.5·6) / (1 + 1)
    torch.testing.assert_close(found, torch.tensor([[2.0, 2.0]]))


def test_a_class_that_wins_nowhere_scores_zero() -> None:
    scores = maps([[-60.0, -60.0]])
    assert weighted_pooling(scores, competing_shares(scores, background=1.0)).abs().max() < 1e-20


def test_the_penalty_punishes_small_classes() -> None:
    # Half of the image, none of it, all of it; p = 3, λ = 0.01.
    found = size_penalty(maps([[1.0, 0.0]], [[0.0, 0.0]], [[1.0, 1.0]]), power=3.0, floor=0.01)
    expected = [0.5**3 * math.log(0.51), math.log(0.01), 0.0]
    torch.testing.assert_close(found, torch.tensor([expected]), atol=1e-6, rtol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(3)
    given = torch.randn(2, 3, 2, 2, generator=generator, dtype=torch.float64).requires_grad_()

    def score(values: "torch.Tensor") -> "torch.Tensor":
        shares = competing_shares(values, background=1.0)
        return weighted_pooling(values, shares) + size_penalty(shares, power=3.0, floor=0.01)

    assert torch.autograd.gradcheck(score, (given,))


def test_the_order_of_cells_and_of_other_classes_is_nothing_to_a_score() -> None:
    generator = torch.Generator().manual_seed(5)
    given = torch.randn(1, 4, 3, 3, generator=generator)

    def score(values: "torch.Tensor") -> "torch.Tensor":
        return weighted_pooling(values, competing_shares(values, background=0.5))

    torch.testing.assert_close(score(given.flip(-1, -2)), score(given))
    torch.testing.assert_close(score(given[:, [2, 0, 1, 3]]), score(given)[:, [2, 0, 1, 3]])
