"""Enlargement against torch, and the sides of inputs that make its grid exact."""

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, interpolate, pad

from segmentation.masks.upscale import input_size, upscale


@pytest.mark.parametrize(("height", "width"), [(33, 49), (48, 64), (2, 3), (1, 7), (5, 1)])
def test_upscale_equals_torch_with_aligned_corners(height: int, width: int) -> None:
    maps = np.random.default_rng(0).random((3, 3, 4), dtype=np.float32)
    if 1 in (height, width):
        # torch takes the first cell for a side of one pixel; the middle of the map stands for the whole better.
        expected = interpolate(
            torch.from_numpy(maps)[None],
            (height if height > 1 else 3, width if width > 1 else 3),
            mode="bilinear",
            align_corners=True,
        )[0].numpy()
        expected = expected[:, 1:2] if height == 1 else expected[:, :, 1:2]
    else:
        expected = interpolate(torch.from_numpy(maps)[None], (height, width), mode="bilinear", align_corners=True)
        expected = expected[0].numpy()
    np.testing.assert_allclose(upscale(maps, height, width), expected, atol=1e-6)


def test_a_lone_cell_fills_the_image() -> None:
    np.testing.assert_array_equal(upscale(np.full((1, 1, 1), 0.25, np.float32), 3, 2), np.full((1, 3, 2), 0.25))


@pytest.mark.parametrize(
    ("side", "stride", "expected"),
    [(321, 16, 321), (640, 16, 641), (480, 16, 481), (224, 16, 225), (1, 16, 17), (5, 8, 9)],
)
def test_input_size_is_a_multiple_of_the_stride_plus_one(side: int, stride: int, expected: int) -> None:
    assert input_size(side, stride) == expected


def test_cells_of_strided_convolutions_lie_where_upscale_puts_them() -> None:
    """A ramp seen through four convolutions of stride 2, zero-padded by 1, is the same ramp after enlargement."""
    side = 16 * 6 + 1
    ramp = torch.arange(side, dtype=torch.float32).expand(1, 1, side, side)
    cells = ramp
    kernel = torch.full((1, 1, 3, 3), 1 / 9)
    for _ in range(4):
        # Repeated edges in place of zeros, so that the ramp stays one near the border.
        cells = conv2d(pad(cells, (1, 1, 1, 1), mode="replicate"), kernel, stride=2)
    enlarged = upscale(cells[0].numpy(), side, side)
    inner = slice(32, side - 32)
    np.testing.assert_allclose(enlarged[0, inner, inner], ramp[0, 0, inner, inner].numpy(), atol=0.2)
