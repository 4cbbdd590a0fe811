import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torchmetrics.classification import MulticlassConfusionMatrix

from segmentation.evaluation.metrics import ConfusionMatrix

Mask = npt.NDArray[np.uint8]
N_CLASSES = 4


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask]:
    """Two masks of one shape, of few regions or of noise."""
    shape = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    values = st.sampled_from([0, 1, 2, 3, 255])
    fill = draw(st.sampled_from([st.nothing(), values]))
    return draw(hnp.arrays(np.uint8, shape, elements=values, fill=fill)), draw(
        hnp.arrays(np.uint8, shape, elements=values, fill=fill)
    )


def matrix(*images: tuple[Mask, Mask]) -> ConfusionMatrix:
    found = ConfusionMatrix(N_CLASSES)
    for truth, prediction in images:
        found.update(truth, prediction)
    return found


def test_rows_are_true_columns_predicted_and_the_last_one_abstained() -> None:
    truth = np.array([[0, 0, 1], [1, 2, 255]], dtype=np.uint8)
    prediction = np.array([[0, 1, 1], [255, 3, 2]], dtype=np.uint8)

    found = matrix((truth, prediction))

    assert found.counts.dtype == np.int64
    assert found.counts.tolist() == [[1, 1, 0, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]]
    assert found.ignored == 1
    assert found.abstained == 1


@settings(max_examples=40)
@given(st.lists(pairs(), min_size=1, max_size=3))
def test_counts_are_those_of_counting_pixel_by_pixel(images: list[tuple[Mask, Mask]]) -> None:
    expected = np.zeros((N_CLASSES, N_CLASSES + 1), dtype=np.int64)
    for truth, prediction in images:
        for true, predicted in zip(truth.flat, prediction.flat, strict=True):
            if true != 255:
                expected[true, N_CLASSES if predicted == 255 else predicted] += 1

    np.testing.assert_array_equal(matrix(*images).counts, expected)


@settings(max_examples=40)
@given(pairs())
def test_torchmetrics_counts_the_same_where_nothing_abstains(pair: tuple[Mask, Mask]) -> None:
    truth, prediction = pair[0], np.where(pair[1] == 255, 0, pair[1])
    oracle = MulticlassConfusionMatrix(N_CLASSES, ignore_index=255)
    oracle.update(torch.from_numpy(prediction), torch.from_numpy(truth))

    np.testing.assert_array_equal(matrix((truth, prediction)).counts[:, :N_CLASSES], oracle.compute().numpy())


@settings(max_examples=40)
@given(st.lists(pairs(), min_size=1, max_size=4), st.integers(0, 4))
def test_parts_add_up_to_the_whole_in_any_split(images: list[tuple[Mask, Mask]], at: int) -> None:
    whole, parts = matrix(*images), matrix(*images[at:])
    parts += matrix(*images[:at])

    np.testing.assert_array_equal(parts.counts, whole.counts)
    assert (parts.ignored, parts.abstained) == (whole.ignored, whole.abstained)


def test_views_and_other_memory_orders_count_alike() -> None:
    rng = np.random.default_rng(0)
    truth, prediction = rng.integers(0, N_CLASSES, (2, 9, 7), dtype=np.uint8)

    strided = matrix((np.asfortranarray(truth), prediction[::-1][::-1]))

    np.testing.assert_array_equal(strided.counts, matrix((truth, prediction)).counts)


def test_counts_do_not_overflow_32_bits() -> None:
    found, other = matrix(), ConfusionMatrix(N_CLASSES)
    found.update(np.zeros((1024, 1024), dtype=np.uint8), np.zeros((1024, 1024), dtype=np.uint8))
    for _ in range(13):
        other = ConfusionMatrix(N_CLASSES)
        other += found
        found += other

    assert found.counts[0, 0] == 2**33


def test_an_empty_mask_adds_nothing() -> None:
    assert matrix((np.zeros((0, 5), dtype=np.uint8), np.zeros((0, 5), dtype=np.uint8))).counts.sum() == 0


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[0, 1]], [[0], [1]], r"got a mask of shape \(2, 1\), expected \(1, 2\)"),
        ([[0, 4]], [[0, 0]], "got the value 4 in the truth, expected 0 to 3 or 255"),
        ([[0, 0]], [[1, 90]], "got the value 90 in the prediction"),
        # Void in the truth does not excuse a value that is no class.
        ([[0, 255]], [[1, 90]], "got the value 90 in the prediction"),
    ],
)
def test_what_is_no_pair_of_masks_is_refused_and_not_counted(
    truth: list[list[int]], prediction: list[list[int]], message: str
) -> None:
    found = matrix()

    with pytest.raises(ValueError, match=message):
        found.update(np.array(truth, dtype=np.uint8), np.array(prediction, dtype=np.uint8))
    assert found.counts.sum() == 0


@pytest.mark.parametrize("n_classes", [0, 256])
def test_more_classes_than_a_byte_holds_are_refused(n_classes: int) -> None:
    with pytest.raises(ValueError, match=f"got {n_classes} classes, expected 1 to 255"):
        ConfusionMatrix(n_classes)


def test_matrices_of_different_classes_are_not_added() -> None:
    found = matrix()
    with pytest.raises(ValueError, match="got a matrix of 5 classes, expected 4"):
        found += ConfusionMatrix(5)
