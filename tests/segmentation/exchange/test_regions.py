"""Components, outlines and brush strokes, against naive loops."""

import time
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from segmentation.exchange.brush import brush_runs
from segmentation.exchange.components import connected_regions
from segmentation.exchange.objects import boxes, objects, run_lengths
from segmentation.exchange.outlines import joined
from segmentation.exchange.voc import object_numbers

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, SHAPES, elements=st.integers(0, 2)))
def test_regions_are_what_can_be_reached(mask: npt.NDArray[np.uint8]) -> None:
    found, number = np.full(mask.shape, -1), 0
    for start in np.ndindex(*mask.shape):
        if found[start] >= 0:
            continue
        found[start], waiting = number, [start]
        while waiting:
            y, x = waiting.pop()
            for place in np.ndindex(3, 3):
                near = (y + place[0] - 1, x + place[1] - 1)
                inside = 0 <= near[0] < mask.shape[0] and 0 <= near[1] < mask.shape[1]
                if inside and found[near] < 0 and mask[near] == mask[y, x]:
                    found[near] = number
                    waiting.append(near)
        number += 1
    np.testing.assert_array_equal(connected_regions(mask), found)


@settings(max_examples=80, deadline=None)
@given(arrays(np.uint8, SHAPES, elements=st.sampled_from([0, 1, 7, 255])), st.booleans())
def test_objects_are_the_parts_of_classes(mask: npt.NDArray[np.uint8], components: bool) -> None:
    regions = connected_regions(mask)
    expected: list[tuple[int, npt.NDArray[np.bool_]]] = []
    for value in (1, 7):
        parts = [regions == of for of in np.unique(regions[mask == value])] if components else [mask == value]
        expected += [(value, part) for part in parts if part.any()]
    found = objects(mask, components=components)
    assert found.class_ids == [value for value, _ in expected]
    places = boxes(found.numbers, len(expected)).tolist()
    for number, ((_, region), encoded, box) in enumerate(
        zip(expected, run_lengths(found), places, strict=True), 1
    ):
        np.testing.assert_array_equal(found.numbers == number, region)
        whole = coco_mask.encode(np.asfortranarray(region, dtype=np.uint8))
        assert encoded == whole
        assert box == coco_mask.toBbox(whole).tolist()


def test_thousands_of_objects_cost_no_more_than_the_picture() -> None:
    """Pixels that touch nothing of their class: a picture of each would take gigabytes and many seconds."""
    mask = np.zeros((600, 600), dtype=np.uint8)
    mask[::2, ::2] = 1
    started = time.process_time()
    found = objects(mask, components=True)
    encoded = list(islice(run_lengths(found), 1000))
    assert len(encoded) == 1000
    assert len(boxes(found.numbers, 90_000)) == len(found.class_ids) == 90_000
    assert time.process_time() - started < 10
    np.testing.assert_array_equal(object_numbers(mask, components=True), mask)


@settings(max_examples=80, deadline=None)
@given(arrays(np.bool_, SHAPES))
def test_polygons_cover_the_region_and_nothing_else(region: npt.NDArray[np.bool_]) -> None:
    covered = np.zeros(region.shape, dtype=int)
    for corners in joined(region):
        winding = windings(corners, *region.shape)
        assert set(np.unique(winding)) in ({0}, {0, 1}, {1}), "even-odd and non-zero rule agree"
        covered += winding
    np.testing.assert_array_equal(covered, region)


def windings(corners: npt.NDArray[np.int64], height: int, width: int) -> npt.NDArray[np.int64]:
    """How often a polygon goes around the centre of each pixel, counted on a ray to the left."""
    y, x = np.mgrid[:height, :width] + 0.5
    count = np.zeros((height, width), dtype=int)
    for (x0, y0), (x1, y1) in zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True):
        if y0 != y1:
            crossed = (min(y0, y1) <= y) & (y < max(y0, y1)) & (x0 + (y - y0) * (x1 - x0) / (y1 - y0) < x)
            count += np.where(crossed, 1 if y1 < y0 else -1, 0)
    return count


@settings(max_examples=30, deadline=None)
@given(arrays(np.bool_, SHAPES))
def test_brush_strokes_are_read_bit_by_bit(region: npt.NDArray[np.bool_]) -> None:
    np.testing.assert_array_equal(brush_pixels(brush_runs(region), *region.shape), region)


def test_long_brush_strokes_are_split() -> None:
    region = np.zeros((300, 400), dtype=np.bool_)
    region[100:250] = True
    np.testing.assert_array_equal(brush_pixels(brush_runs(region), 300, 400), region)


def brush_pixels(content: list[int], height: int, width: int) -> Any:
    """A decoder as the format is described, a bit after the other."""
    bits = "".join(f"{byte:08b}" for byte in content)
    at = 0

    def read(size: int) -> int:
        nonlocal at
        at += size
        return int(bits[at - size : at], 2)

    total, word = read(32), read(5) + 1
    sizes = [read(4) + 1 for _ in range(4)]
    values: list[int] = []
    while len(values) < total:
        is_run, length = read(1), read(sizes[read(2)]) + 1
        values += [read(word)] * length if is_run else [read(word) for _ in range(length)]
    pixels = np.array(values).reshape(height, width, 4)
    assert (pixels == pixels[..., :1]).all()
    assert set(np.unique(pixels)) <= {0, 255}
    return pixels[..., 0] == 255
