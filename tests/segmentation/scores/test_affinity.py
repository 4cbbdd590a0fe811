"""Propagation: values move between cells that look alike, and nowhere else."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from segmentation.scores import affinity
from segmentation.scores.affinity import SHARPNESS, propagate


def two_surfaces() -> Tensor:
    """[2 2 3]: the left column shows one surface, the other two columns another one."""
    left, right = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    return torch.stack([left, right, right]).T[:, None, :].repeat(1, 2, 1)


def test_a_part_that_lights_up_is_shared_by_its_surface_alone() -> None:
    maps = torch.tensor([[[0.0, 8.0, 0.0], [0.0, 0.0, 0.0]], [[6.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    expected = torch.tensor([[[0.0, 2.0, 2.0], [0.0, 2.0, 2.0]], [[3.0, 0.0, 0.0], [3.0, 0.0, 0.0]]])
    torch.testing.assert_close(propagate(maps, two_surfaces(), 1), expected)


def test_weights_are_cosines_around_the_mean_to_a_power() -> None:
    # Less their mean (1, 0), the four cells are (2, 1), (2, -1), (-2, 1) and (-2, -1): cosines .6, -.6 and -1.
    surfaces = torch.tensor([[3.0, 3.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])[:, None]
    alike = 0.6**SHARPNESS
    carried = propagate(torch.eye(4)[:, None], surfaces, 1)[:, 0]
    torch.testing.assert_close(carried[:, 0], torch.tensor([1.0, alike, 0.0, 0.0]) / (1 + alike))


@pytest.mark.parametrize("rows", [1, 5, 12])
def test_cells_can_be_taken_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    maps, surfaces = torch.rand(2, 3, 4), torch.rand(5, 3, 4)
    at_once = propagate(maps, surfaces, 2)
    monkeypatch.setattr(affinity, "_ROWS", rows)
    torch.testing.assert_close(propagate(maps, surfaces, 2), at_once)


def test_images_of_a_batch_do_not_meet() -> None:
    maps, surfaces = torch.rand(3, 2, 3, 4), torch.rand(3, 5, 3, 4)
    alone = [propagate(of_image, surface, 2) for of_image, surface in zip(maps, surfaces, strict=True)]
    torch.testing.assert_close(propagate(maps, surfaces, 2), torch.stack(alone))


def test_no_steps_change_nothing() -> None:
    maps = torch.rand(2, 3, 4)
    assert torch.equal(propagate(maps, torch.rand(5, 3, 4), 0), maps)


def test_two_steps_are_one_step_twice() -> None:
    maps, surfaces = torch.rand(2, 3, 4), torch.rand(5, 3, 4)
    twice = propagate(propagate(maps, surfaces, 1), surfaces, 1)
    torch.testing.assert_close(propagate(maps, surfaces, 2), twice)


@pytest.mark.parametrize("size", [(3, 4), (1, 1)])
def test_an_image_of_one_surface_keeps_its_maps(size: tuple[int, int]) -> None:
    maps = torch.rand(2, *size)
    torch.testing.assert_close(propagate(maps, torch.ones(5, *size), 2), maps)


@given(st.integers(0, 2**31), st.integers(1, 3))
def test_values_stay_within_those_of_the_map(seed: int, steps: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randn(2, 3, 4, generator=generator)
    carried = propagate(maps, torch.randn(5, 3, 4, generator=generator), steps).flatten(1)
    assert (carried.amax(1) <= maps.flatten(1).amax(1) + 1e-5).all()
    assert (carried.amin(1) >= maps.flatten(1).amin(1) - 1e-5).all()
    torch.testing.assert_close(propagate(torch.ones(1, 3, 4), torch.randn(5, 3, 4), steps), torch.ones(1, 3, 4))


def test_weights_that_fit_into_memory_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    make = affinity._Weights.of
    monkeypatch.setattr(
        affinity._Weights, "of", lambda own, all_: (made.append(own.shape[-2]), make(own, all_))[1]
    )
    propagate(torch.rand(2, 3, 4), torch.rand(5, 3, 4), 3)
    assert made == [12]
    monkeypatch.setattr(affinity, "_ROWS", 8)
    propagate(torch.rand(2, 3, 4), torch.rand(5, 3, 4), 2)
    assert made[1:] == [8, 4, 8, 4]
