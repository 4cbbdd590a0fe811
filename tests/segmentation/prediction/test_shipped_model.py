"""The model that ships: there, small, said what it learned from, and ready without another package."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from segmentation import Segmenter
from segmentation.backbones import catalog
from segmentation.prediction.options import PredictionOptions
from segmentation.prediction.pretrained import WEIGHTS, read_saved
from segmentation.runs.trained import SHIPPED
from shared_schemas import load_label_space


@pytest.fixture(scope="module")
def shipped() -> Segmenter:
    return Segmenter.from_pretrained(options=PredictionOptions(refine="none"))  # type: ignore[arg-type]


def test_it_is_small_and_says_what_it_is() -> None:
    assert (SHIPPED / WEIGHTS).stat().st_size < 12e6
    saved = read_saved(SHIPPED)
    assert "CC BY 4.0" in saved.card.data
    assert saved.card.scores
    assert saved.config["localizer"] == "localizer"


def test_it_knows_the_classes_of_coco_and_needs_none_of_them(shipped: Segmenter) -> None:
    assert shipped.classes == tuple(label.name for label in load_label_space("coco").foreground)
    assert not shipped.needs_classes


def test_it_needs_no_weights_from_elsewhere(shipped: Segmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_is_installed(*_: object) -> None:
        raise AssertionError("weights were looked for")

    monkeypatch.setattr(catalog, "weights_path", nothing_is_installed)
    assert shipped.model.network.propagation == 2


def test_it_sees_a_drawn_stop_sign(shipped: Segmenter) -> None:
    """A red octagon with white letters, before a sky: as far from a photograph as it can be drawn here."""
    picture = Image.new("RGB", (400, 400), (140, 180, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((190, 260, 210, 400), fill=(120, 120, 120))
    draw.regular_polygon((200, 180, 100), 8, rotation=22.5, fill=(190, 20, 30), outline=(255, 255, 255), width=8)
    draw.text((200, 180), "STOP", fill=(255, 255, 255), anchor="mm", font_size=60)
    mask = shipped.predict(picture).mask
    rows, columns = np.mgrid[:400, :400]
    octagon = (rows - 180) ** 2 + (columns - 200) ** 2 < 95**2
    sizes = np.bincount(mask[octagon], minlength=81)[1:]
    assert shipped.classes[sizes.argmax()] == "stop sign"
    assert (mask[octagon] > 0).mean() > 2 * (mask[~octagon] > 0).mean()
