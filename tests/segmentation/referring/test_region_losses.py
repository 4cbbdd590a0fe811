"""Losses of regions, against masks and cells that are worked out by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from segmentation.referring.region_task import patch_loss, pixel_loss


@pytest.mark.parametrize(
    ("side", "stride", "first_cell"),
    [(65, 16, 0.0), (64, 16, 7.5), (60, 16, 0.0), (63, 16, 0.0)],
    ids=["convolutions", "patches", "the last cell lies inside", "and just so"],
)
def test_masks_are_compared_where_cells_lie(side: int, stride: int, first_cell: float) -> None:
    rng = np.random.default_rng(0)
    centres = np.arange(first_cell, side, stride)
    maps = rng.normal(size=(3, len(centres), len(centres))).astype(np.float32)
    regions = (rng.random((3, side, side)) > 0.5).astype(np.uint8)
    expected = []
    for cells, region in zip(maps, regions, strict=True):
        upright = np.array([np.interp(np.arange(side), centres, column) for column in cells.T]).T
        logits = np.array([np.interp(np.arange(side), centres, row) for row in upright])
        mask = 1 / (1 + np.exp(-logits))
        expected.append(1 - 2 * (mask * region).sum() / (mask.sum() + region.sum()))
    found = pixel_loss(torch.from_numpy(maps), torch.from_numpy(regions), stride, first_cell)
    assert found.item() == pytest.approx(np.mean(expected), abs=1e-5)


def told_apart(region: torch.Tensor, stride: int, first_cell: float, cells: int) -> list[list[int]]:
    """Which cells `patch_loss` takes for a region's: at logits of 0 its slope is down there, and up elsewhere."""
    logits = torch.zeros(1, cells, cells, requires_grad=True)
    patch_loss(logits, region[None], stride, first_cell).backward()
    assert logits.grad is not None
    return (logits.grad[0] < 0).int().tolist()


def test_cells_are_told_apart_by_the_pixels_around_their_centres() -> None:
    box = torch.zeros(33, 33, dtype=torch.uint8)
    box[8:24, 8:24] = 1  # centres at 0, 16 and 32
    assert told_apart(box, 16, 0.0, 3) == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    corner = torch.zeros(33, 33, dtype=torch.uint8)
    corner[:8, :4] = 1  # half of what the first cell has
    assert told_apart(corner, 16, 0.0, 3) == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    # Patches have their own pixels: as torch pools them.
    regions = torch.rand(4, 56, 56, generator=torch.Generator().manual_seed(0)) > 0.5
    for region in regions:
        inside = functional.adaptive_avg_pool2d(region[None].float(), (4, 4))[0] >= 0.5
        assert told_apart(region, 14, 6.5, 4) == inside.int().tolist()
    logits, half = torch.tensor([[[2.0, -3.0], [0.0, 1.0]]]), torch.zeros(1, 4, 4, dtype=torch.uint8)
    half[0, :2, :1] = 1  # half of the first patch, nothing of the others
    by_hand = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    expected = functional.binary_cross_entropy(logits[0].sigmoid(), by_hand)
    torch.testing.assert_close(patch_loss(logits, half, 2, 0.5), expected)
