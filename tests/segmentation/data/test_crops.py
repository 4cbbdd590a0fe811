import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.data.crops import Crop, CropOptions, crop_image, crop_mask, random_crop

PAPER = CropOptions()
sides = st.integers(1, 900)
seeds = st.integers(0, 2**32)


def test_the_defaults_are_the_papers() -> None:
    assert CropOptions(size=321, area=(0.6, 1.0), aspect=(3 / 4, 4 / 3), flip=0.5) == PAPER


@given(sides, sides, seeds)
def test_a_crop_lies_inside_the_image_and_is_a_function_of_the_generator(
    height: int, width: int, seed: int
) -> None:
    crop = random_crop(height, width, PAPER, np.random.default_rng(seed))

    assert 0 <= crop.top <= crop.top + crop.height <= height
    assert 0 <= crop.left <= crop.left + crop.width <= width
    assert min(crop.height, crop.width) >= 1
    assert crop == random_crop(height, width, PAPER, np.random.default_rng(seed))


@given(st.integers(300, 900), st.floats(0.8, 1.25), seeds)
def test_area_and_aspect_are_in_the_papers_ranges(height: int, shape: float, seed: int) -> None:
    width = round(height * shape)

    crop = random_crop(height, width, PAPER, np.random.default_rng(seed))

    assert 0.6 - 0.01 <= crop.height * crop.width / (height * width) <= 1.0
    assert 3 / 4 - 0.01 <= crop.width / crop.height <= 4 / 3 + 0.01


def test_area_aspect_position_and_flip_are_spread_as_stated() -> None:
    rng = np.random.default_rng(0)
    # In an image of 4000 x 4000 and an area below 0.75 every aspect fits, so that nothing is drawn again.
    options = CropOptions(area=(0.6, 0.75))
    crops = [random_crop(4000, 4000, options, rng) for _ in range(4000)]

    areas = np.array([crop.height * crop.width / 4000**2 for crop in crops])
    aspects = np.array([math.log(crop.width / crop.height) / math.log(4 / 3) for crop in crops])
    tops = np.array([crop.top / (4000 - crop.height) for crop in crops])
    np.testing.assert_allclose(np.quantile(areas, [0.25, 0.5, 0.75]), [0.6375, 0.675, 0.7125], atol=0.005)
    np.testing.assert_allclose(np.quantile(aspects, [0.25, 0.5, 0.75]), [-0.5, 0, 0.5], atol=0.06)
    np.testing.assert_allclose(np.quantile(tops, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)
    assert abs(np.mean([crop.flipped for crop in crops]) - 0.5) < 0.03


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(300, 1200, (300, 400)), (1200, 300, (400, 300)), (1, 500, (1, 1)), (500, 1, (1, 1)), (1, 1, (1, 1))],
)
def test_in_a_long_image_the_largest_crop_of_an_allowed_aspect(
    height: int, width: int, expected: tuple[int, int]
) -> None:
    crop = random_crop(height, width, PAPER, np.random.default_rng(3))

    assert (crop.height, crop.width) == expected


IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def test_a_crop_of_its_own_size_is_cut_out() -> None:
    crop = Crop(top=1, left=2, height=3, width=3, flipped=False)

    np.testing.assert_array_equal(crop_image(IMAGE, crop, 3), IMAGE[1:4, 2:5])
    np.testing.assert_array_equal(crop_mask(IMAGE[..., 0], crop, 3), IMAGE[1:4, 2:5, 0])


def test_a_flipped_crop_is_mirrored_left_to_right() -> None:
    crop = Crop(top=0, left=0, height=4, width=4, flipped=True)

    np.testing.assert_array_equal(crop_image(IMAGE, crop, 4), IMAGE[:, 3::-1])


def test_shrinking_averages() -> None:
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[:, ::2] = 200

    small = crop_image(stripes, Crop(0, 0, 64, 64, flipped=False), 8)

    np.testing.assert_allclose(small[:, 1:-1], 100, atol=3)


@given(st.integers(2, 80), st.integers(2, 80), st.integers(1, 60), seeds)
def test_image_and_mask_stay_in_step(height: int, width: int, size: int, seed: int) -> None:
    mask = np.zeros((height, width), dtype=np.uint8)
    mask[height // 2 :, width // 3 :] = 7
    mask[0, 0] = 255
    image = np.repeat((mask == 7)[..., None] * np.uint8(200), 3, axis=2)
    crop = random_crop(height, width, CropOptions(size=size), np.random.default_rng(seed))

    small_mask, small_image = crop_mask(mask, crop, size), crop_image(image, crop, size)

    assert small_mask.shape == (size, size)
    assert small_image.shape == (size, size, 3)
    assert set(np.unique(small_mask)) <= {0, 7, 255}
    # Where the image shows no mixture, its colour says what the mask says.
    assert (small_mask[small_image[..., 0] == 200] == 7).all()
    assert (small_mask[small_image[..., 0] == 0] != 7).all()
