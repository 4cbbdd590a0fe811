"""What tests of pages in a browser share: windows, and what axe says of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

WINDOWS = {"phone, dark": (390, 844, "dark"), "desktop, light": (1280, 900, "light")}
"""Width and height in pixels, and the colours that the reader prefers."""


@contextmanager
def opened(chromium: Any, path: Path, window: str, *, with_policy: bool = True) -> Iterator[Any]:
    """A page from disk in one of `WINDOWS`. Nothing is fetched, and its script does not fail.

    Without its policy other scripts run in it, too.
    """
    width, height, colours = WINDOWS[window]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=colours, bypass_csp=not with_policy
    )
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
    page.goto(path.as_uri())
    yield page
    assert said == []
    context.close()


def faults(chromium: Any, path: Path, window: str) -> list[str]:
    """The rules of axe (WCAG: contrast, names, roles, landmarks, order) that a page breaks; skips without axe."""
    package = find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        pytest.skip("axe is not installed (axe-playwright-python)")
    with opened(chromium, path, window, with_policy=False) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.add_script_tag(path=Path(package.origin).with_name("axe.min.js"))
        found = page.evaluate("axe.run().then((done) => done.violations)")
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
