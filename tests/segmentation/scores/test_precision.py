"""Similarities and losses are the same within autocast: what it rounds is the network's own."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from segmentation.grounding.config import TripletOptions
from segmentation.grounding.losses import pair_cosines, triplet_loss
from segmentation.referring.losses import overlap
from segmentation.referring.network import ReferringNetwork, ReferringOptions
from segmentation.referring.region_task import patch_loss, pixel_loss
from segmentation.scores.affinity import propagate
from segmentation.segmenter.losses import CellGrid, at_points
from tests.segmentation.localization.pixel_backbone import PixelBackbone


def similarities(maps: Tensor) -> Tensor:
    network = ReferringNetwork(PixelBackbone(), 8, ReferringOptions(dimension=4, scale=100))
    return network.similarities(maps, maps.flatten(1)[:, :4])


def triplets(maps: Tensor) -> Tensor:
    images, texts = maps.flatten(2).permute(2, 0, 1).flatten(1), maps.flatten(2).permute(2, 1, 0).flatten(1)
    return triplet_loss(pair_cosines(images, texts), ~torch.eye(len(images), dtype=torch.bool), TripletOptions())


@pytest.mark.parametrize(
    "compute",
    [
        similarities,
        triplets,
        lambda maps: overlap(maps.sigmoid(), torch.ones(3, 4, 4, dtype=torch.bool)),
        lambda maps: pixel_loss(maps[0], torch.ones(4, 21, 21, dtype=torch.uint8), 4, 0.0),
        lambda maps: patch_loss(maps[0], torch.arange(4 * 21 * 21).view(4, 21, 21) % 3 == 0, 4, 0.0),
        lambda maps: propagate(maps, maps, 2),
        lambda maps: at_points(maps, torch.zeros(3, 21, 21, dtype=torch.uint8), CellGrid(4), 3)[0],
    ],
    ids=["similarities", "triplets", "overlap", "pixels", "patches", "propagation", "points"],
)
def test_autocast_changes_nothing(compute: Callable[[Tensor], Tensor]) -> None:
    maps = torch.randn(3, 4, 6, 6, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    expected = compute(maps)
    torch.manual_seed(0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (maps[0, 0] @ maps[0, 0]).dtype == torch.bfloat16
        found = compute(maps)
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
