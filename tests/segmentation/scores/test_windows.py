"""Windows over large images: they cover all cells, and parts are resized as the whole is."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from segmentation.scores.windows import input_scale, resized_part, spans, tent, windows


@pytest.mark.parametrize(("cells", "most"), [(5, 8), (8, 8), (9, 8), (100, 8), (7, 1), (31, 4)])
def test_spans_cover_a_side_and_none_is_too_long(cells: int, most: int) -> None:
    found = spans(cells, most)
    assert {cell for span in found for cell in range(span.start, span.stop)} == set(range(cells))
    assert all(span.stop - span.start == min(cells, most) for span in found)
    overlaps = [one.stop - other.start for one, other in pairwise(found)]
    assert all(overlap >= most // 4 for overlap in overlaps)
    assert len(found) <= max(1, -(-4 * cells // (3 * most)) + 1)


def test_windows_are_all_pairs_of_spans() -> None:
    found = list(windows(6, 9, 4))
    assert len(found) == len(spans(6, 4)) * len(spans(9, 4))
    assert found[0] == (slice(0, 4), slice(0, 4))
    assert found[-1] == (slice(2, 6), slice(5, 9))


def test_a_tent_is_highest_in_the_middle() -> None:
    np.testing.assert_allclose(tent(1, 5), [[1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]], rtol=1e-6)
    np.testing.assert_allclose(tent(2, 4), [[0.5, 1, 1, 0.5]] * 2)


@pytest.mark.parametrize("size", [(33, 49), (200, 320), (61, 97), (400, 150)])
@pytest.mark.parametrize("part", [(slice(0, 20), slice(0, 30)), (slice(12, 33), slice(17, 49))])
def test_a_part_is_that_of_the_whole_resized(size: tuple[int, int], part: tuple[slice, slice]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (120, 190, 3), dtype=np.uint8)
    whole = np.array(Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR))
    found = resized_part(image, size, *part)
    np.testing.assert_allclose(found.astype(int), whole[part].astype(int), atol=1)


def test_a_part_is_all_that_is_read_of_a_large_image() -> None:
    image = np.zeros((4000, 12000, 3), dtype=np.uint8)
    image[2000:2010, 9000:9010] = 255
    found = resized_part(image, (4000, 12000), slice(1990, 2020), slice(8990, 9020))
    np.testing.assert_array_equal(found, image[1990:2020, 8990:9020])


def test_the_shorter_side_decides_unless_the_image_is_a_line() -> None:
    assert input_scale(100, 200, 50) == 0.5
    assert input_scale(10, 20, 50) == 5
    assert input_scale(1, 800, 50) == 1
    assert input_scale(2, 400, 50) == 2
    assert input_scale(4000, 12000, 400) == 0.1
