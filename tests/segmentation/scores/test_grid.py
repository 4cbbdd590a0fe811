"""Enlargement against torch, and the sides of inputs that make its grid exact."""

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, interpolate, pad

from segmentation.scores.grid import input_size, nearest_cells, regrid, upscale, upscale_tiles


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


@pytest.mark.parametrize("margin", [0.0, 15 / 32, 1.5])
def test_tiles_together_are_the_whole(margin: float) -> None:
    maps = np.random.default_rng(0).random((2, 5, 7), dtype=np.float32)
    whole = np.full((2, 70, 110), np.nan, dtype=np.float32)
    for rows, columns, tile in upscale_tiles(maps, 70, 110, margin, side=32):
        assert tile.shape[1] <= 32
        assert tile.shape[2] <= 32
        whole[:, rows, columns] = tile
    np.testing.assert_allclose(whole, upscale(maps, 70, 110, margin), atol=1e-6)


@pytest.mark.parametrize("stride", [2, 16])
def test_upscale_equals_torch_with_whole_patches(stride: int) -> None:
    maps = np.random.default_rng(0).random((3, 4, 2), dtype=np.float32)
    size = (4 * stride, 2 * stride)
    expected = interpolate(torch.from_numpy(maps)[None], size, mode="bilinear", align_corners=False)[0].numpy()
    np.testing.assert_allclose(upscale(maps, *size, (stride - 1) / 2 / stride), expected, atol=1e-6)


@pytest.mark.parametrize(("first_cell", "stride"), [(0.0, 16), (7.5, 16), (3.5, 8)])
def test_a_ramp_stays_a_ramp_on_other_cells_and_on_pixels(first_cell: float, stride: int) -> None:
    """Cells of two input sizes look at one ramp from 0 to 1 across the image, at the places where they lie."""

    def seen(cells: int) -> np.ndarray:
        pixels = first_cell + stride * np.arange(cells)
        return np.broadcast_to(pixels / (stride * (cells - 1) + 2 * first_cell), (1, 3, cells)).astype(np.float32)

    margin = first_cell / stride
    # Beyond the outermost cells' centres nothing is known, so that their value is repeated.
    inner = slice(1, -1)
    np.testing.assert_allclose(regrid(seen(9), 3, 7, margin)[..., inner], seen(7)[..., inner], atol=1e-6)
    np.testing.assert_allclose(regrid(seen(5), 3, 9, margin)[..., inner], seen(9)[..., inner], atol=1e-6)
    width = 6 * stride
    enlarged = upscale(seen(9), 3, width, margin)
    np.testing.assert_allclose(enlarged[0, 0, stride:-stride], np.linspace(0, 1, width)[stride:-stride], atol=1e-6)


def test_one_cell_can_be_regridded() -> None:
    np.testing.assert_array_equal(regrid(np.full((1, 1, 1), 0.5, np.float32), 2, 1), np.full((1, 2, 1), 0.5))
    np.testing.assert_allclose(regrid(np.array([[[0.0, 1.0]]], np.float32), 1, 1), [[[0.5]]])


def test_a_lone_cell_fills_the_image() -> None:
    np.testing.assert_array_equal(upscale(np.full((1, 1, 1), 0.25, np.float32), 3, 2), np.full((1, 3, 2), 0.25))


@pytest.mark.parametrize(
    ("side", "stride", "expected"),
    [(321, 16, 321), (640, 16, 641), (480, 16, 481), (224, 16, 225), (1, 16, 17), (5, 8, 9)],
)
def test_input_size_is_a_multiple_of_the_stride_plus_one(side: int, stride: int, expected: int) -> None:
    assert input_size(side, stride) == expected


@pytest.mark.parametrize(("side", "expected"), [(321, 320), (640, 640), (224, 224), (330, 336), (1, 32)])
def test_input_size_of_patches_is_a_multiple_of_the_stride(side: int, expected: int) -> None:
    assert input_size(side, 16, 7.5) == expected


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


@pytest.mark.parametrize(("stride", "first_cell"), [(16, 0.0), (16, 7.5), (14, 6.5), (320 / 30, 0.0)])
def test_a_pixel_has_the_cell_whose_centre_is_nearest(stride: float, first_cell: float) -> None:
    size = round(20 * stride + 2 * first_cell) + 1
    centres = first_cell + stride * np.arange(21)
    distances = np.abs(np.arange(size)[:, None] - centres)
    found = nearest_cells(size, 21, stride, first_cell)
    np.testing.assert_allclose(distances[np.arange(size), found], distances.min(axis=1), atol=1e-9)
