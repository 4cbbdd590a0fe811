"""Prototypes of classes and their context: clusters, the snow under skis, and mixed scores by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from segmentation.backbones.contract import Cells
from segmentation.masks.discriminant import WEIGHT
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.prototypes import SHARPNESS, CellSamples, Prototypes, clusters
from shared_runtime.errors import InputError

BACKGROUND, SKIS, BOAT = 0, 1, 2
SNOW, SKI, WATER, HULL, SKY = torch.eye(5)


def image(
    surfaces: list[Tensor], winners: list[int], ids: tuple[int, ...], seed: int = 0
) -> tuple[Tensor, ScoreMaps]:
    """A row of cells of these surfaces, with some noise, and maps on which these classes win."""
    noise = torch.randn(len(surfaces), 5, generator=torch.Generator().manual_seed(seed)) * 0.05
    features = (torch.stack(surfaces) + noise).T[:, None]
    scores = np.stack([[0.9 if winner == class_id else 0.1 for winner in winners] for class_id in (0, *ids)])
    return features, ScoreMaps(ids, scores[:, None].astype(np.float32))


def winter() -> CellSamples:
    """Skis light up with the snow around them; snow lies in images without skis, too."""
    samples = CellSamples(3)
    for seed in range(8):
        samples.add(*image([SKI, SNOW, SNOW, SKY], [SKIS, SKIS, BACKGROUND, BACKGROUND], (SKIS,), seed))
        samples.add(*image([HULL, HULL, SNOW, SNOW], [BOAT, BOAT, BACKGROUND, BACKGROUND], (BOAT,), 99 - seed))
    return samples


def test_clusters_are_the_groups_that_cells_form() -> None:
    groups = normalize(torch.randn(4, 30, generator=torch.Generator().manual_seed(0)), dim=1)
    truth = torch.arange(200) % 4
    cells = groups[truth] * torch.linspace(1, 9, 200)[:, None]
    cells = cells + 0.05 * torch.randn(200, 30, generator=torch.Generator().manual_seed(1))
    centres, members = clusters(cells, 4)
    for number in range(4):
        of_group = members[truth == number]
        assert (of_group == of_group[0]).all()
        directions = normalize(cells[truth == number], dim=1)
        torch.testing.assert_close(centres[of_group[0]], normalize(directions.sum(dim=0), dim=0))
    assert len(set(members.tolist())) == 4


@pytest.mark.parametrize("number", [0, 1, 3])
def test_there_are_no_more_clusters_than_cells(number: int) -> None:
    cells = torch.eye(5)[:number]
    centres, members = clusters(cells, 12)
    assert len(centres) == number
    torch.testing.assert_close(centres[members], cells)


def test_equal_cells_are_one_cluster() -> None:
    centres, members = clusters(torch.ones(6, 4), 3)
    torch.testing.assert_close(centres, torch.full((1, 4), 0.5))
    assert members.tolist() == [0] * 6


def test_what_only_comes_with_a_class_is_its_context() -> None:
    found = winter().consensus()
    assert found is not None
    directions = {name: normalize(of - found.centre, dim=0) for name, of in (("ski", SKI), ("snow", SNOW))}
    skis = found.vectors[(found.classes == SKIS) & ~found.context]
    around = found.vectors[(found.classes == SKIS) & found.context]
    assert (skis @ directions["ski"]).min() > 0.9
    assert (skis @ directions["snow"]).max() < 0.5
    assert (around @ directions["snow"]).max() > 0.9
    # Of the boat, which has no such company, all clusters are its own.
    boat = (found.classes == BOAT) & ~found.context
    assert boat.any()


def test_snow_that_was_taken_for_skis_becomes_background() -> None:
    consensus = winter().consensus()
    assert consensus is not None
    features, maps = image([SKI, SNOW, SNOW], [SKIS, SKIS, BACKGROUND], (SKIS,), 7)
    doubtful = ScoreMaps(maps.ids, 0.5 + 0.1 * (maps.scores - 0.5))
    # Surfaces without any likeness: nothing is carried from cell to cell.
    mixed = consensus.mixed(doubtful, Cells(features, torch.zeros(1, 1, 3)))
    assert mixed.scores.argmax(axis=0).tolist() == [[SKIS, BACKGROUND, BACKGROUND]]


def test_probabilities_by_hand() -> None:
    """Two prototypes and one of context for class 2; class 5 has none, and class 1 is not in the image."""
    vectors = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [1.0, 0.0]])
    context = torch.tensor([False, False, True, False])
    prototypes = Prototypes(torch.tensor([1.0, 1.0]), vectors, torch.tensor([2, 2, 2, 1]), context)
    maps = ScoreMaps((2, 5), np.array([[[0.5]], [[0.25]], [[0.25]]], dtype=np.float32), margin=0.25)
    # From the centre, the cell lies in the direction (.8, -.6): cosines .8, 0 and -.6.
    found = prototypes.mixed(maps, Cells(torch.tensor([[[2.6]], [[-0.2]]]), torch.zeros(1, 1, 1)))
    powers = np.exp(SHARPNESS * np.array([0, (0.8 + 0) / 2 + 0.6, 0]))
    own = np.array([0.5, 0.25, 0.25])
    expected = own ** (1 - WEIGHT) * (powers / powers.sum()) ** WEIGHT
    assert (found.ids, found.margin) == ((2, 5), 0.25)
    np.testing.assert_allclose(found.scores[:, 0, 0], expected, rtol=1e-5)


def test_nothing_seen_or_nothing_shown_is_no_consensus() -> None:
    samples = CellSamples(3)
    assert samples.consensus() is None
    samples.add(*image([SNOW, SKY], [BACKGROUND, BACKGROUND], (SKIS,)))
    assert samples.consensus() is None


def test_an_image_gives_sixteen_cells_at_most() -> None:
    cells = torch.arange(100.0).view(1, 10, 10).repeat(5, 1, 1)
    samples, scores = CellSamples(2), np.zeros((2, 10, 10), dtype=np.float32)
    scores[1] = np.linspace(0.1, 1, 100).reshape(10, 10)
    samples.add(cells, ScoreMaps((1,), scores))
    (kept,) = samples._own[1]
    assert kept.shape == (16, 5)
    # From the highest score to the lowest, evenly.
    assert kept[:, 0].tolist() == [99 - round(n * 99 / 15) for n in range(16)]


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = winter().consensus()
    assert written is not None
    written.save(tmp_path / "consensus.safetensors")
    read = Prototypes.load(tmp_path / "consensus.safetensors")
    for name in ("centre", "vectors", "classes", "context"):
        assert torch.equal(getattr(read, name), getattr(written, name))


def test_a_file_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "c.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="delete it, and it is made again"):
        Prototypes.load(tmp_path / "c.safetensors")
