"""What is predicted of an image, as arrays, as a picture, in a notebook, in a file."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from segmentation.data.masks import display_colours, read_index_mask
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.overlay import painted, with_caption, with_key
from segmentation.prediction.referrer import ReferredRegion, SeenImage
from segmentation.prediction.result import Segmentation, class_scores
from shared_runtime.errors import OutputError, UsageError

NAMES = ("cat", "<b>dog</b>", "cup")


@pytest.fixture
def found() -> Segmentation:
    """Eight rows of ten pixels: three columns of class 1, two of class 3, on background."""
    mask = np.zeros((8, 10), dtype=np.uint8)
    mask[:, :3] = 1
    mask[:, 8:] = 2
    maps = ScoreMaps((1, 2), np.full((3, 4, 5), 0.25, dtype=np.float32))
    image = np.full((8, 10, 3), 100, dtype=np.uint8)
    return Segmentation(image, mask, {"cat": 0.75, "<b>dog</b>": 0.5}, NAMES, maps)


def test_classes_are_those_in_the_mask_and_where_shows_them(found: Segmentation) -> None:
    assert found.classes == ("cat", "<b>dog</b>")
    assert found.where("cat").sum() == 24
    assert found.where("cup").sum() == 0
    assert found.where("background").sum() == 40
    assert repr(found) == "<Segmentation of 10 × 8 pixels: cat 0.75, <b>dog</b> 0.50>"
    with pytest.raises(UsageError, match="got 'cow', expected a class of the model"):
        found.where("cow")


def test_an_overlay_mixes_colours_and_leaves_the_background(found: Segmentation) -> None:
    pixels = np.array(found.overlay(opacity=0.5))
    np.testing.assert_array_equal(pixels[:, 3:7], found.image[:, 3:7])
    np.testing.assert_array_equal(pixels[0, 0], np.round((100 + display_colours()[1].astype(float)) / 2))
    # Where a class ends, it is outlined.
    np.testing.assert_array_equal(pixels[:, 2], np.broadcast_to(display_colours()[1], (8, 3)))
    np.testing.assert_array_equal(np.array(found.overlay(opacity=0.0))[:, :2], found.image[:, :2])


@pytest.mark.parametrize("opacity", [3.0, -0.1, float("nan")])
def test_no_other_opacity_is_taken(found: Segmentation, opacity: float) -> None:
    with pytest.raises(UsageError, match=r"expected 0 .* to 1"):
        found.overlay(opacity)


def test_255_is_not_painted() -> None:
    image = np.full((2, 2, 3), 7, dtype=np.uint8)
    np.testing.assert_array_equal(painted(image, np.full((2, 2), 255, dtype=np.uint8)), image)


def test_a_notebook_shows_a_picture_and_escaped_names(found: Segmentation) -> None:
    picture = Image.open(BytesIO(found._repr_png_()))
    assert (picture.format, picture.size) == ("PNG", (10, 8))
    page = found._repr_html_()
    assert "data:image/png;base64," in page
    assert "&lt;b&gt;dog&lt;/b&gt;" in page
    assert "<b>dog" not in page
    assert f"rgb({','.join(map(str, display_colours()[1].tolist()))})" in page


def test_a_notebook_shows_what_a_text_refers_to() -> None:
    image = np.full((8, 10, 3), 100, dtype=np.uint8)
    mask = np.zeros((8, 10), dtype=bool)
    mask[:, :3] = True
    region = ReferredRegion(image, "<b>the dog</b>", mask, 0.75, np.zeros((2, 2), dtype=np.float32))
    picture = Image.open(BytesIO(region._repr_png_()))
    np.testing.assert_array_equal(np.array(picture), np.array(region.overlay()))
    page = region._repr_html_()
    assert "data:image/png;base64," in page
    assert "&lt;b&gt;the dog&lt;/b&gt; <small>0.75" in page
    encoded = SimpleNamespace(image=image, cells=np.zeros((99, 99)))
    assert repr(SeenImage(None, encoded)) == "<SeenImage of 10 × 8 pixels>"  # type: ignore[arg-type]


def test_a_large_image_is_shown_small() -> None:
    mask = np.ones((900, 1800), dtype=np.uint8)
    maps = ScoreMaps((1,), np.ones((2, 1, 1), dtype=np.float32))
    large = Segmentation(np.zeros((900, 1800, 3), dtype=np.uint8), mask, {"cat": 1.0}, NAMES, maps)
    assert Image.open(BytesIO(large._repr_png_())).size == (640, 320)


def test_the_saved_mask_is_an_index_mask(found: Segmentation, tmp_path: Path) -> None:
    found.save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_index_mask(tmp_path / "mask.png", 4), found.mask)
    with Image.open(tmp_path / "mask.png") as picture:
        assert picture.mode == "P"
    with pytest.raises(OutputError, match="cannot be written"):
        found.save(tmp_path / "nowhere" / "mask.png")


def test_scores_are_means_over_the_pixels_of_a_class_the_largest_first() -> None:
    scores = np.array([[[0.1, 0.1]], [[0.7, 0.2]], [[0.2, 0.7]]], dtype=np.float32)
    mask = np.zeros((2, 8), dtype=np.uint8)
    mask[0, :4] = 1
    mask[:, 4:] = 2
    mask[1, 4:6] = 1
    # Class 1: four pixels in the first cell, two in the second.
    found = class_scores(mask, ScoreMaps((1, 2), scores), NAMES)
    assert list(found) == ["cat", "<b>dog</b>"]
    assert found["cat"] == pytest.approx((4 * 0.7 + 2 * 0.2) / 6, abs=0.01)
    assert found["<b>dog</b>"] == pytest.approx(0.7)
    assert class_scores(np.zeros((2, 2), dtype=np.uint8), ScoreMaps((1, 2), scores), NAMES) == {}


def test_the_key_of_a_picture_names_its_classes_the_largest_first() -> None:
    mask = np.zeros((120, 160), dtype=np.uint8)
    mask[:, :60], mask[:40, 60:] = 2, 1
    picture = Image.new("RGB", (160, 120), (90, 90, 90))
    keyed = np.array(with_key(picture.copy(), mask, NAMES))
    rows = np.flatnonzero((keyed != 90).any(axis=2).any(axis=1))
    assert rows[-1] == 119
    assert 20 < len(rows) < 60
    colours = display_colours()[[2, 1]].tolist()
    places = [np.flatnonzero((keyed == colour).all(axis=2).any(axis=1)).mean() for colour in colours]
    assert places == sorted(places)
    tiny = Image.new("RGB", (8, 8))
    assert with_key(tiny, mask[:8, :8], NAMES).tobytes() == tiny.tobytes(), "no room"
    small = Image.new("RGB", (60, 40))
    assert with_key(small.copy(), mask[:40, 40:100], NAMES).tobytes() == small.tobytes(), "it would cover the half"
    low = Image.new("RGB", (2000, 20))
    assert with_key(low.copy(), np.resize(mask, (20, 2000)), NAMES).tobytes() == low.tobytes(), "two lines in one"
    nothing = with_caption(picture.copy(), "nothing found")
    assert with_key(picture.copy(), mask * 0, NAMES).tobytes() == nothing.tobytes(), "background alone"
    assert nothing.tobytes() != picture.tobytes()


def test_a_caption_stands_at_the_lower_edge() -> None:
    picture = Image.new("RGB", (160, 120), (90, 90, 90))
    captioned = np.array(with_caption(picture.copy(), "a red car  0.93"))
    rows = np.flatnonzero((captioned != 90).any(axis=2).any(axis=1))
    assert (rows[0], rows[-1]) == (105, 119)
    assert (captioned[rows] > 200).any(), "white on black"
    small = Image.new("RGB", (160, 100))
    assert with_caption(small.copy(), "a red car").tobytes() == small.tobytes()
