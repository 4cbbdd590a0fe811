"""The page of referring expressions, parsed as a browser would, its pictures decoded."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.data.images import read_image
from segmentation.data.masks import display_colours
from segmentation.data.referring.expressions import Expression, ExpressionSet, Region
from segmentation.evaluation.expressions import evaluate_expressions
from segmentation.report.expressions.report import ExpressionReportOptions, expression_report, judged_images
from segmentation.report.pictures import heat
from segmentation.scores.contract import FloatMap
from shared_runtime.errors import OutputError
from tests.segmentation.report.test_mask_report import Page, decoded

HEIGHT, WIDTH = 24, 32


class Halves:
    """Finds "left" and "right" halves of an image, and nothing of any other text."""

    confidences = np.array([0.9, 0.2, 0.1, 0.4])
    margin = 0.0

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, image: np.ndarray) -> np.ndarray:
        return image

    def maps(self, _image: np.ndarray, texts: list[str]) -> "Halves":
        self.asked.append(texts)
        return self

    def strengths(self, _maps: "Halves") -> FloatMap:
        maps = {"left": [1, 0], "right": [0, 1]}
        return np.array([[maps.get(text, [0, 0])] * 2 for text in self.asked[-1]], dtype=np.float32)

    def masks(self, _image: np.ndarray, _maps: "Halves") -> np.ndarray:
        return predicted(self.asked[-1])


def predicted(texts: list[str]) -> np.ndarray:
    masks = np.zeros((len(texts), HEIGHT, WIDTH), dtype=bool)
    for mask, text in zip(masks, texts, strict=True):
        mask[:, : WIDTH // 2] = text == "left"
        mask[:, WIDTH // 2 :] = text == "right"
    return masks


def test_a_page_shows_every_expression_of_an_image_the_worst_first(tmp_path: Path) -> None:
    truth = ExpressionSet(tmp_path / "truth.json")
    left = Region.of_box([0, 0, WIDTH // 2, HEIGHT], HEIGHT, WIDTH)
    said = (["right", "left"], ["left"], ["<b>none</b>", "left", "left", "right"], ["left"])
    for image, texts in enumerate(said):
        truth.expressions += [
            Expression(image, f"{image}.png", text, left, group="side" if text != "right" else "other")
            for text in texts
        ]
        if image < 3:
            Image.new("RGB", (WIDTH, HEIGHT), (60 * image, 0, 90)).save(tmp_path / f"{image}.png")
    evaluation = evaluate_expressions(truth, [tmp_path], lambda _, texts: predicted([*texts]), prediction="fixed")
    # Of each expression of images 0 to 3; the last image is missing.
    assert evaluation.ious == (0, 1, 1, 0, 1, 1, 0, 0)
    assert "ious" not in evaluation.model_dump()
    assert [image.score for image in judged_images(evaluation, truth)] == [0.5, 1, 0.5, 0]

    halves, page = Halves(), tmp_path / "page.html"
    options = ExpressionReportOptions("<run>", most=3)
    assert expression_report(evaluation, truth, [tmp_path], halves, page, options) == 3  # type: ignore[arg-type]
    assert halves.asked == [["right", "left"], ["<b>none</b>", "left", "right"], ["left"]]
    found = Page(page.read_text())
    headings = "".join(found.text)
    assert "Expressions of <run>" in headings
    assert headings.index("“right” .000") < headings.index("“left” 1.000")
    assert "1 better expressions of it are not shown." in headings
    assert "1 image has no prediction; the first: 3: in none of the image folders" in headings
    scores = [str(a["data-scores"]) for tag, a in found.elements if tag == "article"]
    # "other" is class 1 and "side" class 2. Of the three worst of image 2, one of "side" is right.
    assert scores == [
        "all:0.5000 1:0.0000 2:1.0000",
        "all:0.5000 1:0.0000 2:0.5000",
        "all:1.0000 2:1.0000",
    ]
    pictures = {alt: decoded(uri) for alt, uri in found.pictures}
    mask, true = pictures["mask of left, 0"], pictures["truth of left, 0"]
    np.testing.assert_array_equal(mask, true)
    assert (mask[:, : WIDTH // 2] == display_colours()[1]).all()
    assert not mask[:, WIDTH // 2 :].any()
    assert "map of <b>none</b>, 2" in pictures
    expected = heat(read_image(tmp_path / "0.png"), np.array([[1, 0], [1, 0]], dtype=np.float32))
    assert np.abs(pictures["map of left, 0"].astype(int) - expected).mean() < 8  # a JPEG
    assert all(reference.startswith(("#", "data:")) for reference in found.references)

    with pytest.raises(OutputError, match="cannot be written"):
        expression_report(evaluation, truth, [tmp_path], halves, tmp_path, options)  # type: ignore[arg-type]
