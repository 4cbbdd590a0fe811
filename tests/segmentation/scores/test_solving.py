"""Conjugate gradients against the solution, on arrays and tensors."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from segmentation.scores.solving import conjugate_gradients


def drawn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


@pytest.mark.parametrize("of_kind", [lambda tensor: tensor, Tensor.numpy])
@given(seed=st.integers(0, 2**31))
def test_n_unknowns_are_solved_in_n_steps(of_kind: Any, seed: int) -> None:
    root = drawn(seed, 6, 6)
    matrix = of_kind(root @ root.T + torch.eye(6))
    targets = of_kind(drawn(seed + 1, 3, 6))
    found = conjugate_gradients(lambda x: x @ matrix, targets, steps=6, tolerance=0)
    assert type(found) is type(targets)
    np.testing.assert_allclose(found @ matrix, targets, atol=1e-4, rtol=1e-4)


def test_it_stops_where_nothing_is_left() -> None:
    calls = 0

    def halves(values: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return values / 2

    targets = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    torch.testing.assert_close(conjugate_gradients(halves, targets), 2 * targets)
    assert calls == 1
