"""One frame for the pages of both programs: nothing shown becomes a script, all of it can be read."""

import base64
import hashlib
import re
import sys
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from shared_runtime.html_page import Heading, Section, content_security_policy, render_page

STYLE = (files("shared_runtime.html_page") / "templates" / "page.css").read_text("utf-8")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "shown" / "templates"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("")
    (folder / "summary.html").write_text("{{ text }} {{ 1234|number }} {{ 3|twice }}")
    (folder / "one.html").write_text('{% import "macros.html" as ui %}{{ ui.card("<name>", "value") }}')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shown", raising=False)
    return "shown"


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_page_of_sections(package: str) -> None:
    page = render_page(
        package,
        Heading("<title>", "test page", "lead"),
        [Section("one", "The first", "First")],
        {"text": "<script>alert()</script>"},
        {"twice": lambda value: str(2 * value)},
        rules=".class-1 { color: #fff; }",
        hosts=["https://example.org"],
    )
    assert "&lt;script&gt;alert()&lt;/script&gt; 1,234 6" in page
    assert "<title>&lt;title&gt; – test page</title>" in page
    assert '<a href="#one">First</a>' in page
    assert re.search('<section id="one">\\s*<h2>The first</h2>\\s*<div><dt>&lt;name&gt;</dt>', page)
    (style,), (script,) = (
        re.findall("<style>(.*?)</style>", page, re.S),
        re.findall("<script>(.*?)</script>", page, re.S),
    )
    assert style.endswith(".class-1 { color: #fff; }")
    policy = content_security_policy(style, script, ["https://example.org"])
    assert f'content="{policy}"' in page
    assert policy == (
        f"default-src 'none'; img-src data: https://example.org; style-src {digest(style)}; "
        f"script-src {digest(script)}; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert not re.search(r" (style|on[a-z]+)=", page)


def schemes() -> dict[str, dict[str, str]]:
    """The colours of the style sheet by name, in the light and in the dark."""
    light, dark = (
        dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.S)
    )
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_hand() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005), "WCAG's well-known near miss"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]
    grounds, marks = ("paper", "card"), ("foreground", "background", "flagged", "unlabelled")
    texts = [*product(("ink", "soft", "accent", "attribute", "bad"), grounds)]
    texts += product(("ink", "attribute"), marks)
    texts += product(("ink",), ("shade-1", "shade-2", "shade-3", "shade-4"))
    low = {pair: contrast(*(colours[name] for name in pair)) for pair in texts}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
    borders = {
        pair: contrast(*(colours[name] for name in pair))
        for pair in product(("soft", "accent", "good", "bad"), grounds)
    }
    assert {pair: ratio for pair, ratio in borders.items() if ratio < 3} == {}


def test_no_colour_stands_outside_the_schemes() -> None:
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.S)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) == {"#000"}, "that under masks, as in VOC's palette"
    used = {name for name in re.findall(r"var\(--([a-z0-9-]+)", rules) if name != "opacity"}
    assert used == schemes()["light"].keys()
