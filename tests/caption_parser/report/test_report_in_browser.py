"""The report in a real browser, where there is one: hostile captions do nothing, filters and sorting work."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from caption_parser.report.html_report import write_report
from tests.pages import WINDOWS, faults

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --virtual-time-budget=2000"
).split()

PROBE = """
const result = {};
const input = document.querySelector("#filter-foreground-table");
const rows = () => [...document.querySelectorAll("#foreground-table > tbody > tr")];
const names = () => rows().filter((row) => !row.hidden).map((row) => row.querySelector("summary").textContent);
result.before = names();
input.value = "BAT";
input.dispatchEvent(new Event("input"));
result.filtered = names();
result.count = document.querySelector("[data-counts=foreground-table]").value;
input.value = "";
input.dispatchEvent(new Event("input"));
const sort = [...document.querySelectorAll("#foreground-table button")];
sort[0].click();
result.byName = names();
sort[1].click();
result.byImages = names();
result.sorted = document.querySelector("#foreground-table [aria-sort]").textContent;
result.filterShown = input.offsetParent !== null;
result.widths = [...document.querySelectorAll("#foreground-table .bar rect")].map((bar) => bar.getBBox().width);
const images = () =>
  [...document.querySelectorAll("#gallery > article")]
    .filter((one) => !one.hidden)
    .map((one) => one.querySelector("h4").textContent);
const search = document.querySelector("#gallery-search");
search.value = "AIR bat";
search.dispatchEvent(new Event("input"));
result.searched = images();
document.querySelector("#foreground-table [data-of='16']").click();
result.ofClass = images();
result.found = document.querySelector("[data-found]").value;
document.querySelector("[data-reset]").click();
result.all = images().length;
const controls = [...document.querySelectorAll("input, select, button, summary, a, [tabindex]")];
result.nameless = controls
  .filter((one) => !(one.labels?.[0] ?? one).textContent.trim() && !one.ariaLabel)
  .map((one) => one.outerHTML);
result.unreachable = controls.filter((one) => one.tabIndex < 0).map((one) => one.outerHTML);
result.overflow = document.documentElement.scrollWidth > window.innerWidth;
const pre = document.createElement("pre");
pre.id = "result";
pre.textContent = JSON.stringify(result);
document.body.append(pre);
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(BROWSERS)})")
    return found


def page_after_scripts(browser: str, page: Path, *flags: str) -> str:
    """The page as it is once its scripts have run."""
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [browser, *FLAGS, profile, *flags, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_hostile_captions_do_nothing(browser: str, labels: Path) -> None:
    page = labels.with_suffix(".html")
    write_report(labels, page)
    dom = page_after_scripts(browser, page)
    assert "<title>Labels in labels.jsonl – label report</title>" in dom
    assert "data-pwned" not in dom.partition("<body")[0]
    assert "&lt;script&gt;document.title='pwned'" in dom
    assert re.search(r"<th[^>]*><button type=\"button\">class</button>", dom), "the page's own script has run"


def test_the_policy_stops_what_escaping_would_let_through(browser: str, labels: Path) -> None:
    page = labels.with_suffix(".html")
    write_report(labels, page)
    injected = "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    page.write_text(page.read_text("utf-8").replace("<main", f"{injected}<main"), "utf-8")
    dom = page_after_scripts(browser, page)
    assert "<title>Labels in labels.jsonl – label report</title>" in dom


def probed(browser: str, labels: Path, *flags: str) -> dict[str, Any]:
    page = labels.with_suffix(".html")
    write_report(labels, page)
    text = re.sub(r"<meta http-equiv=.*?>", "", page.read_text("utf-8"))
    page.write_text(text.replace("</body>", f"<script>{PROBE}</script></body>"), "utf-8")
    result = re.search(r'<pre id="result">(.*?)</pre>', page_after_scripts(browser, page, *flags))
    assert result is not None
    return dict(json.loads(unescape(result[1])))


def test_filters_sorting_and_bars(browser: str, labels: Path) -> None:
    result = probed(browser, labels)
    assert result["before"] == ["cat", "baseball bat"]
    assert result["filtered"] == ["baseball bat"]
    assert result["count"] == "1 of 2"
    assert result["byName"] == ["baseball bat", "cat"]
    assert result["byImages"] == ["cat", "baseball bat"]
    assert result["sorted"] == "images"
    assert result["filterShown"]
    assert result["widths"] == [100, 50]
    assert result["searched"] == ["image 2"]
    assert (result["ofClass"], result["found"]) == (["image 1", "image <3>"], "2 of 3")
    assert result["all"] == 3
    assert (result["nameless"], result["unreachable"]) == ([], [])


@pytest.mark.parametrize("width", [500, 1280])
def test_the_page_never_scrolls_sideways(browser: str, labels: Path, width: int) -> None:
    assert not probed(browser, labels, f"--window-size={width},800")["overflow"]


@pytest.mark.filterwarnings("default")  # of Playwright
@pytest.mark.parametrize("window", WINDOWS)
def test_everybody_can_read_it(chromium: Any, labels: Path, window: str) -> None:
    page = labels.with_suffix(".html")
    write_report(labels, page)
    assert faults(chromium, page, window) == []
