"""What a report shows of masks, by hand: scores of an image, the best and the worst, the captions of a mask."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation.report.captions import records_of
from segmentation.report.judged import JudgedMask, covered, ious
from segmentation.report.survey import Extremes


def test_scores_of_an_image_by_hand() -> None:
    true = np.array([[0, 0, 1, 1]], dtype=np.uint8)
    predicted = np.array([[0, 1, 1, 2]], dtype=np.uint8)
    scores = ious(true, predicted, 4)
    assert scores == pytest.approx({0: 1 / 2, 1: 1 / 3, 2: 0})
    assert JudgedMask("", predicted, true, scores).score == pytest.approx((1 / 2 + 1 / 3 + 0) / 3)
    ignored = np.full((1, 2), 255, np.uint8)
    assert JudgedMask("", predicted, ignored, ious(ignored, predicted[:, :2], 4)).score == 1.0
    assert covered(np.array([[0, 1, 1, 255]], np.uint8)) == {1: 0.5}
    assert JudgedMask("", predicted, None, covered(predicted)).score == 0.75


@pytest.mark.parametrize(("n_worst", "n_best"), [(0, 0), (1, 0), (2, 3), (300, 300)])
def test_extremes_are_those_of_sorting(n_worst: int, n_best: int) -> None:
    values = list(range(500))
    random.Random(0).shuffle(values)
    found = Extremes(n_worst, n_best)
    for value in values:
        found.add(value / 500, f"{value}")
    assert [int(one.key) for one in found.worst()] == list(range(n_worst))
    assert [int(one.key) for one in found.best()] == [*range(499, max(499 - n_best, n_worst - 1), -1)]


def test_records_are_found_by_name_or_id(small_run: Any, tmp_path: Path) -> None:
    first = json.loads(small_run.labels.read_text().splitlines()[0])
    named = {7: "a/x.jpg", 8: None, "b/y": None, 9: "c/z.jpg", 10: "d/z.jpg", "one": "e/one.png"}
    lines = [json.dumps(first | {"image_id": key, "file_name": name}) for key, name in named.items()]
    (tmp_path / "labels.jsonl").write_text("\n".join([*lines, "{}"]))
    keys = {"a/x": 7, "000000000008": 8, "b/y": "b/y", "z": None, "one": "one", "none": None}
    found = records_of(tmp_path / "labels.jsonl", keys)
    assert {key: record.image_id for key, record in found.items()} == {k: v for k, v in keys.items() if v}
