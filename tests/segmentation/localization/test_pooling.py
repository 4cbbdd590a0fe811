"""WELDON pooling on maps small enough to pool by hand, and against a sort."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segmentation.localization.config import PoolingOptions
from segmentation.localization.network import weldon_pooling

MAP = torch.tensor([[[5.0, -1.0, 0.0], [2.0, -4.0, 1.0]]])


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        (PoolingOptions(k=1), 5.0 - 4.0),
        (PoolingOptions(k=2), 3.5 - 2.5),
        (PoolingOptions(k=6), 2 * 0.5),
        (PoolingOptions(k=15), 2 * 0.5),
        (PoolingOptions(k=2, scale=0.5), 0.5),
        (PoolingOptions(k=2, alpha=0.5, scale=0.5), 0.5 * (3.5 - 1.25)),
        (PoolingOptions(k=1, alpha=0.0), 5.0),
    ],
)
def test_pools_the_highest_and_the_lowest_cells(pooling: PoolingOptions, expected: float) -> None:
    assert weldon_pooling(MAP, pooling).tolist() == pytest.approx([expected])


def test_defaults_are_those_of_dsve() -> None:
    assert PoolingOptions() == PoolingOptions(k=15, alpha=1.0, scale=1.0)


@pytest.mark.parametrize("wrong", [{"k": 0}, {"alpha": -0.1}, {"alpha": 1.1}, {"scale": 0}, {"top": 3}])
def test_refuses_options_without_meaning(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        PoolingOptions.model_validate(wrong)


@settings(deadline=None)  # torch loads parts of itself when first called
@given(
    k=st.integers(1, 40),
    alpha=st.floats(0, 1),
    shape=st.tuples(*[st.integers(1, 5)] * 4),
    seed=st.integers(0, 2**16),
)
def test_equals_a_sort_for_every_channel_alone(k: int, alpha: float, shape: tuple[int, ...], seed: int) -> None:
    maps = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    pooled = weldon_pooling(maps, PoolingOptions(k=k, alpha=alpha))
    assert pooled.shape == shape[:2]
    for image, row in zip(maps.tolist(), pooled.tolist(), strict=True):
        for channel, value in zip(image, row, strict=True):
            cells = sorted(cell for line in channel for cell in line)
            highest, lowest = cells[-k:], cells[:k]
            expected = sum(highest) / len(highest) + alpha * sum(lowest) / len(lowest)
            assert value == pytest.approx(expected, abs=1e-5)


def test_gradient_reaches_the_pooled_cells_alone() -> None:
    maps = MAP.clone().requires_grad_()
    weldon_pooling(maps, PoolingOptions(k=1)).sum().backward()
    assert maps.grad is not None
    assert maps.grad.tolist() == [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
