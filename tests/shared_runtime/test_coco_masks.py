import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from shared_runtime.coco_masks import checked_runs, covered_stretch, decompressed

masks = hnp.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.integers(0, 1))


@settings(max_examples=50)
@given(masks)
def test_a_mask_that_pycocotools_encoded_is_the_same_when_drawn(mask: np.ndarray) -> None:
    height, width = mask.shape
    text = coco_mask.encode(np.asfortranarray(mask))["counts"]

    first, covered = covered_stretch(text)

    drawn = np.zeros(height * width, dtype=np.uint8)
    drawn[first : first + len(covered)][covered] = 1
    np.testing.assert_array_equal(drawn.reshape(width, height).T, mask)
    assert (
        checked_runs({"size": [height, width], "counts": text.decode()}, height, width)
        == decompressed(text).tolist()
    )


@given(st.lists(st.integers(0, 2**23), min_size=1, max_size=30))
def test_runs_of_any_length(runs: list[int]) -> None:
    # The encoder takes run lengths as they are, whatever their sum; its buffer has six characters for each, and
    # where all need six, the zero behind them is written past its end.
    encoded = coco_mask.frPyObjects({"size": [1, 1], "counts": runs}, 1, 1)

    assert decompressed(encoded["counts"]).tolist() == runs


def test_lists_are_run_lengths_already() -> None:
    assert checked_runs({"size": [2, 3], "counts": [1, 2, 3]}, 2, 3) == [1, 2, 3]


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ({"counts": [6]}, r"size None, expected the image's \[2, 3\]"),
        ({"size": [3, 2], "counts": [6]}, r"size \[3, 2\]"),
        ({"size": [2, 3]}, "neither text nor whole numbers"),
        ({"size": [2, 3], "counts": [1.5, 4.5]}, "neither text nor whole numbers"),
        ({"size": [2, 3], "counts": [True, 5]}, "neither text nor whole numbers"),
        ({"size": [2, 3], "counts": [1, 2]}, "do not add up to the 2 x 3 pixels"),
        ({"size": [2, 3], "counts": [7, -1]}, "do not add up"),
        ({"size": [2, 3], "counts": [0, 2**40]}, "do not add up"),
        ({"size": [2, 3], "counts": []}, "do not add up"),
        ({"size": [2, 3], "counts": "5"}, "do not add up"),
        ({"size": [2, 3], "counts": ""}, "no run-length encoding"),
        ({"size": [2, 3], "counts": "P"}, "no run-length encoding"),
        ({"size": [2, 3], "counts": "€"}, "no run-length encoding"),
        ({"size": [2, 3], "counts": "ooooooooooooooo0"}, "no run-length encoding"),
    ],
)
def test_what_would_be_read_beyond_its_end_is_refused(encoding: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_runs(encoding, 2, 3)


@given(st.text(max_size=12))
def test_any_text_is_valid_runs_or_a_value_error(text: str) -> None:
    try:
        runs = checked_runs({"size": [4, 5], "counts": text}, 4, 5)
    except ValueError:
        return
    assert sum(runs) == 20
