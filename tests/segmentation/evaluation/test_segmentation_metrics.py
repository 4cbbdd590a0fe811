import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torchmetrics.classification import MulticlassJaccardIndex

from segmentation.evaluation.metrics import ConfusionMatrix, segmentation_metrics

NAN = math.nan


def test_a_matrix_worked_out_by_hand() -> None:
    # Class 2 is in the truth and never predicted, class 3 predicted and not in the truth, class 4 neither.
    counts = np.array(
        [
            [6, 2, 0, 0, 0, 0],
            [1, 3, 0, 1, 0, 1],
            [4, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
        ]
    )

    metrics = segmentation_metrics(counts)

    np.testing.assert_allclose(metrics.iou, [6 / 13, 3 / 8, 0, 0, NAN])
    np.testing.assert_allclose(metrics.precision, [6 / 11, 3 / 5, NAN, 0, NAN])
    np.testing.assert_allclose(metrics.recall, [6 / 8, 3 / 6, 0, NAN, NAN])
    assert metrics.in_truth.tolist() == [True, True, True, False, False]
    assert metrics.miou == pytest.approx((6 / 13 + 3 / 8 + 0) / 3)
    assert metrics.miou_with_absent == pytest.approx((6 / 13 + 3 / 8) / 5)
    assert metrics.mean_precision == pytest.approx((6 / 11 + 3 / 5 + 0) / 3)
    assert metrics.mean_recall == pytest.approx((6 / 8 + 3 / 6 + 0) / 3)


def test_it_is_not_the_mean_over_images() -> None:
    truth = np.array([[1, 1, 1, 1]], dtype=np.uint8)
    matrix = ConfusionMatrix(2)
    matrix.update(truth, truth)
    matrix.update(truth, np.array([[1, 0, 0, 0]], dtype=np.uint8))

    # Over images the IoU of class 1 would be (1 + 1/4) / 2; over the set it is 5/8, and background has none.
    assert segmentation_metrics(matrix.counts).iou.tolist() == [0.0, 5 / 8]


def test_without_a_scored_pixel_everything_is_undefined() -> None:
    metrics = segmentation_metrics(np.zeros((2, 3), dtype=np.int64))

    assert math.isnan(metrics.miou)
    assert math.isnan(metrics.mean_precision)
    assert np.isnan(metrics.iou).all()


classes = st.integers(0, 3)
images = hnp.arrays(np.uint8, (2, 6, 5), elements=classes)


@settings(max_examples=40)
@given(images)
def test_iou_is_that_of_torchmetrics(pair: np.ndarray) -> None:
    matrix = ConfusionMatrix(4)
    matrix.update(pair[0], pair[1])
    oracle = MulticlassJaccardIndex(4, average="none")
    oracle.update(torch.from_numpy(pair[1]), torch.from_numpy(pair[0]))

    metrics = segmentation_metrics(matrix.counts)

    np.testing.assert_allclose(np.nan_to_num(metrics.iou), oracle.compute().numpy(), rtol=1e-6)


@settings(max_examples=40)
@given(images)
def test_exchanging_truth_and_prediction_exchanges_precision_and_recall(pair: np.ndarray) -> None:
    forth, back = ConfusionMatrix(4), ConfusionMatrix(4)
    forth.update(pair[0], pair[1])
    back.update(pair[1], pair[0])

    ours, theirs = segmentation_metrics(forth.counts), segmentation_metrics(back.counts)

    np.testing.assert_array_equal(ours.precision, theirs.recall)
    np.testing.assert_array_equal(ours.iou, theirs.iou)
    defined = ~np.isnan(ours.iou) & ~np.isnan(ours.precision) & ~np.isnan(ours.recall)
    assert (ours.iou[defined] <= np.minimum(ours.precision, ours.recall)[defined]).all()
