"""Scores of referring expressions: by hand, against an independent count, and what is missing counts as 0."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from segmentation.data.referring.expressions import BoolMask, Expression, ExpressionSet, Region
from segmentation.evaluation.expression_metrics import expression_measures
from segmentation.evaluation.expressions import central_box, evaluate_expressions, measures_table
from shared_runtime.errors import InputError

HEIGHT, WIDTH = 4, 8


def expression(image: int, text: str, mask: BoolMask, group: str = "", kind: str = "x") -> Expression:
    counts = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))["counts"]
    return Expression(image, f"{image}.png", text, Region(*mask.shape, counts), kind=kind, group=group)


def columns(*chosen: int) -> BoolMask:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[:, list(chosen)] = True
    return mask


def test_measures_by_hand() -> None:
    # IoUs .5, 1, 0, .25 of the classes a, a, b and none.
    found = expression_measures(np.array([10, 4, 0, 5]), np.array([20, 4, 6, 20]), ["a", "a", "b", ""])
    assert found.miou == pytest.approx(1.75 / 4)
    assert found.macro_miou == pytest.approx((0.75 + 0) / 2)
    assert found.oiou == pytest.approx(19 / 50)
    assert found.precision_at == {"0.5": 0.5, "0.6": 0.25, "0.7": 0.25, "0.8": 0.25, "0.9": 0.25}
    assert expression_measures(np.array([1]), np.array([2]), [""]).macro_miou is None
    for intersections, unions in (([], []), ([0], [0])):
        with pytest.raises(ValueError, match="no expression"):
            expression_measures(np.array(intersections, dtype=np.int64), np.array(unions, dtype=np.int64), [""])


def test_an_independent_count_agrees(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    predictions: dict[str, BoolMask] = {}
    truth = ExpressionSet(tmp_path / "truth.json")
    for image in range(5):
        Image.new("RGB", (WIDTH, HEIGHT), (image, 0, 0)).save(tmp_path / f"{image}.png")
        for number in range(3):
            text = f"text {image} {number}"
            predictions[text] = rng.random((HEIGHT, WIDTH)) < 0.5
            true = rng.random((HEIGHT, WIDTH)) < 0.6
            truth.expressions.append(expression(image, text, true, group="ab"[number % 2], kind="xyz"[number]))
    asked: list[list[str]] = []

    def predict(image: np.ndarray, texts: list[str]) -> BoolMask:
        asked.append([str(image[0, 0, 0]), *texts])
        return np.stack([predictions[text] for text in texts])

    found = evaluate_expressions(truth, [tmp_path], predict, prediction="fixed")

    # pycocotools counts in run lengths.
    ious, shared, joined, groups = [], 0.0, 0.0, []
    for one in truth.expressions:
        of_truth = {"size": [HEIGHT, WIDTH], "counts": one.region.counts}
        of_mask = coco_mask.encode(np.asfortranarray(predictions[one.text], dtype=np.uint8))
        ious.append(coco_mask.iou([of_mask], [of_truth], [0]).item())
        shared += coco_mask.area(coco_mask.merge([of_mask, of_truth], intersect=True))
        joined += coco_mask.area(coco_mask.merge([of_mask, of_truth]))
        groups.append(one.group)
    by_class = [np.mean([iou for iou, group in zip(ious, groups, strict=True) if group == name]) for name in "ab"]
    assert found.masks.miou == pytest.approx(np.mean(ious))
    assert found.masks.oiou == pytest.approx(shared / joined)
    assert found.masks.macro_miou == pytest.approx(np.mean(by_class))
    assert found.masks.precision_at["0.5"] == pytest.approx(np.mean([iou >= 0.5 for iou in ious]))
    assert found.kinds["y"].masks.miou == pytest.approx(np.mean(ious[1::3]))
    assert asked == [[str(image), *(f"text {image} {number}" for number in range(3))] for image in range(5)]


def test_what_is_missing_counts_as_nothing_and_masks_that_see_nothing_stand_beside(tmp_path: Path) -> None:
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "1.png")
    Image.new("RGB", (HEIGHT, WIDTH)).save(tmp_path / "2.png")
    truth = ExpressionSet(tmp_path / "truth.json", without_region=2)
    truth.reject("truth.json: [3]", "damaged")
    left = columns(0, 1)

    def always_left(_image: np.ndarray, texts: list[str]) -> BoolMask:
        return np.stack([left for _ in texts])

    truth.expressions = [
        expression(1, "left", left),
        expression(2, "turned", columns(2, 3, 4, 5)),
        expression(3, "lost", columns(7)),
        expression(1, "left", columns(0, 1, 2, 3)),
    ]

    found = evaluate_expressions(truth, [tmp_path], always_left, prediction="fixed")

    assert found.masks.miou == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert found.masks.oiou == pytest.approx((8 + 8) / (8 + 16 + 4 + 16))
    assert found.whole_image.miou == pytest.approx((2 + 4 + 1 + 4) / 8 / 4)
    # 2 × 4 pixels in the middle: columns 2 to 5, half of each.
    assert central_box(HEIGHT, WIDTH).sum() == 8
    assert found.central_box.miou == pytest.approx((0 + 0.5 + 0 + 4 / 20) / 4)
    assert [bad.key for bad in found.protocol.missing] == ["2", "3"]
    assert "got 4 × 8 pixels, expected 8 × 4" in found.protocol.missing[0].reason
    assert found.protocol.rejected == ("truth.json: [3]: damaged",)
    assert len(list(found.protocol.warnings())) == 3
    lines = list(measures_table(found))
    assert lines[1].split() == ["masks", "4", ".375", "-", ".364", ".500", ".250", ".250", ".250", ".250"]
    truth.expressions = truth.expressions[2:3]
    with pytest.raises(InputError, match="not one image has a prediction; the first reason is: in none of the"):
        evaluate_expressions(truth, [tmp_path], always_left, prediction="fixed")
