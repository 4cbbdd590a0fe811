"""Rankings of images by class, by hand."""

import numpy as np
import pytest

from segmentation.evaluation.image_labels import label_ranking, ranking_table

PRESENT = np.array([[1, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]], dtype=bool)
SCORES = np.array([[2.0, 1.0, -3.0], [3.0, 2.0, 5.0], [1.0, 3.0, 0.0], [-1.0, 0.0, -4.0]])


def test_classes_that_no_image_has_are_no_part_of_the_mean() -> None:
    ranking = label_ranking(SCORES, PRESENT, ("cat", "dog", "cup"))
    cat, cup = (1 / 2 + 2 / 3) / 2, (1 + 2 / 3) / 2
    assert [of.average_precision for of in ranking.classes] == [pytest.approx(cat), None, pytest.approx(cup)]
    assert [(of.id, of.name, of.images) for of in ranking.classes] == [(1, "cat", 2), (2, "dog", 0), (3, "cup", 2)]
    assert ranking.average_precision == pytest.approx((cat + cup) / 2)
    assert (ranking.chance, ranking.images, ranking.classes_in_truth) == (0.5, 4, 2)
    assert list(ranking_table(ranking)) == [
        "class  average precision  images",
        "cat                 .583       2",
        "cup                 .833       2",
        "mean                .708       4",
    ]


def test_without_any_class_nothing_is_defined() -> None:
    ranking = label_ranking(SCORES, np.zeros_like(PRESENT), ("cat", "dog", "cup"))
    assert (ranking.average_precision, ranking.chance, ranking.classes_in_truth) == (None, None, 0)
    assert list(ranking_table(ranking))[-1].split() == ["mean", "-", "4"]
