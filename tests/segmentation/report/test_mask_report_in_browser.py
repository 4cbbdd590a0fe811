"""The page of masks in a real browser, where there is one: by keyboard alone, on a phone, from any folder."""

from pathlib import Path
from typing import Any

import pytest

from segmentation.data.truth.opening import open_truth
from segmentation.report.masks import mask_report
from tests.pages import WINDOWS, faults, opened

pytestmark = pytest.mark.filterwarnings("default")  # of Playwright

DESKTOP = "desktop, light"


@pytest.fixture(params=["with truth", "without truth"])
def page_of_masks(chromium: Any, small_run: Any, masks: Path, tmp_path: Path, request: Any) -> Path:  # noqa: ARG001
    """The page, carried to a folder with nothing beside it."""
    mask_report(masks, open_truth(small_run.truth) if request.param == "with truth" else None, tmp_path / "x.html")
    elsewhere = tmp_path / "elsewhere é"
    elsewhere.mkdir()
    return (tmp_path / "x.html").rename(elsewhere / "masks.html")


@pytest.mark.parametrize("window", WINDOWS)
def test_everybody_can_read_it(chromium: Any, page_of_masks: Path, window: str) -> None:
    assert faults(chromium, page_of_masks, window) == []
    with opened(chromium, page_of_masks, window) as page:
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_keyboard_is_enough(chromium: Any, page_of_masks: Path) -> None:
    with opened(chromium, page_of_masks, DESKTOP) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")
        opacity = "getComputedStyle(document.querySelector('.beside .layer')).opacity"
        page.focus("#gallery-opacity")
        for key, expected in (("End", 1), ("Home", 0), ("ArrowRight", 0.01)):
            page.keyboard.press(key)
            assert float(page.evaluate(opacity)) == pytest.approx(expected, abs=0.001)
        page.focus("#class-table thead button")
        page.keyboard.press("Enter")
        assert page.get_attribute("#class-table thead th:first-child", "aria-sort") == "ascending"
        names = page.eval_on_selector_all("#class-table tbody th", "all => all.map((one) => one.innerText)")
        assert names == sorted(names)
        page.focus("#gallery details summary")
        page.keyboard.press("Enter")
        maps = "#gallery details[open] img"
        assert page.locator(maps).first.is_visible()
        # Every picture is there: none is a broken one.
        widths = "all => all.map((one) => (one.loading = 'eager', one.decode().then(() => one.naturalWidth)))"
        assert all(page.eval_on_selector_all("#gallery img", f"{widths[:7]}Promise.all({widths[7:]})"))


def test_pictures_are_chosen_by_class_score_and_words(chromium: Any, page_of_masks: Path) -> None:
    with opened(chromium, page_of_masks, DESKTOP) as page:
        shown = "all => all.filter((one) => !one.hidden).map((one) => one.querySelector('h3').innerText)"

        def titles() -> list[str]:
            return [title.split(": ")[0] for title in page.eval_on_selector_all("#gallery > article", shown)]

        assert len(titles()) == 4
        page.select_option("#gallery-class", label="bicycle")
        assert "000000000003" in titles()
        assert "000000000001" not in titles(), "its mask is right: an apple"
        page.click("[data-reset]")
        page.fill("#gallery-search", "000000000001 APPLE")
        assert titles() == ["000000000001"]
        assert page.inner_text("output[data-found]") == "1 of 4"
        page.click("[data-reset]")
        page.select_option("#gallery-order", "down")
        scores = [title.split(": ")[1] for title in page.eval_on_selector_all("#gallery > article", shown)]
        assert scores == sorted(scores, key=float, reverse=True)
        page.fill("#gallery-from", "1.1")
        assert titles() == []
        page.click("#class-table a.picture")
        assert len(titles()) == 4, "a click on a picture shows it, whatever was filtered"
