"""The walk with restart over the graph of cells: against a dense solution, by hand, and its invariances."""

import math

import pytest
import torch
from torch import Tensor

from segmentation.scores import affinity, graph
from segmentation.scores.graph import ALPHA, DECAY, SHARPNESS, diffuse


def drawn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def densely(maps: Tensor, surfaces: Tensor, neighbours: int) -> Tensor:
    """The definition: pairs of cells one by one, then the system of the walk as it is, not its symmetric form."""
    _, height, width = maps.shape
    cells = surfaces.flatten(1).T.double()
    cells = cells - cells.mean(dim=0)
    n = height * width
    cosines = [[float(torch.cosine_similarity(cells[i], cells[j], dim=0)) for j in range(n)] for i in range(n)]
    weights = torch.zeros(n, n, dtype=torch.float64)
    for i in range(n):
        nearest = sorted((j for j in range(n) if j != i), key=lambda j: -max(cosines[i][j], 0))[:neighbours]
        for j in nearest:
            apart = math.hypot(i // width - j // width, i % width - j % width)
            weights[i, j] = max(cosines[i][j], 0) ** SHARPNESS * math.exp(-DECAY * apart)
    weights = weights + weights.T
    walk = weights / weights.sum(dim=1, keepdim=True)
    system = torch.eye(n, dtype=torch.float64) - ALPHA * walk
    return torch.linalg.solve(system, (1 - ALPHA) * maps.flatten(1).T.double()).T.view_as(maps)


@pytest.mark.parametrize("neighbours", [3, 8, 19])
def test_it_solves_the_system_of_the_walk(monkeypatch: pytest.MonkeyPatch, neighbours: int) -> None:
    monkeypatch.setattr(graph, "NEIGHBOURS", neighbours)
    maps, surfaces = drawn(0, 3, 4, 5), drawn(1, 6, 4, 5) + torch.linspace(0, 4, 20).view(1, 4, 5)
    found = diffuse(maps, surfaces)
    expected = densely(maps, surfaces, neighbours)
    # Ten steps do not quite solve it.
    assert (found - expected).abs().max() < 0.02 * maps.abs().max()
    assert (found - maps).abs().max() > 10 * (found - expected).abs().max()


def test_two_alike_cells_by_hand() -> None:
    # Less their mean, the cells are (1, 0), (1, 0), (-1, 0) and (-1, 0): two pairs apart from each other.
    surfaces = torch.tensor([[[1.0, 1.0, -1.0, -1.0]], [[0.0] * 4]])
    found = diffuse(torch.tensor([[[1.0, 0.0, 0.0, 3.0]]]), surfaces)
    # A walk that begins at one of a pair is there after an even number of steps: .05 (1 + .95² + …) = 1 / 1.95.
    here, there = 1 / (1 + ALPHA), ALPHA / (1 + ALPHA)
    torch.testing.assert_close(found, torch.tensor([[[here, there, 3 * there, 3 * here]]]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [(3, 4), (1, 1), (1, 2)])
def test_cells_that_are_like_no_other_keep_their_values(size: tuple[int, int]) -> None:
    maps = drawn(2, 2, *size)
    torch.testing.assert_close(diffuse(maps, torch.ones(5, *size)), maps)


def test_a_map_without_values_stays_so_beside_others() -> None:
    maps = torch.stack([torch.zeros(4, 5), drawn(3, 4, 5), torch.ones(4, 5)])
    found = diffuse(maps, drawn(4, 6, 4, 5))
    assert torch.equal(found[0], maps[0])
    torch.testing.assert_close(found[2], maps[2], atol=1e-4, rtol=0)
    torch.testing.assert_close(diffuse(maps[1:2], drawn(4, 6, 4, 5))[0], found[1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("rows", [1, 7, 20])
def test_rows_can_be_made_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(graph, "NEIGHBOURS", 5)
    maps, surfaces = drawn(5, 2, 4, 5), drawn(6, 6, 4, 5)
    at_once = diffuse(maps, surfaces)
    monkeypatch.setattr(affinity, "_ROWS", rows)
    torch.testing.assert_close(diffuse(maps, surfaces), at_once, atol=1e-5, rtol=1e-5)
