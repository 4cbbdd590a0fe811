"""One page for both programs: nothing that is shown can become a script, and nothing is fetched."""

import base64
import hashlib
import sys
from pathlib import Path

import pytest

from shared_runtime.html_page import content_security_policy, render_page


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "shown" / "templates"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("")
    (folder / "report.css").write_text("a > b { color: red }")
    (folder / "report.html").write_text(
        '<meta content="{{ policy }}"><style>{{ style }}</style>{{ text }} {{ 1234|number }} {{ 3|twice }}'
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shown", raising=False)
    return "shown"


def test_text_is_escaped_and_what_is_the_packages_own_is_not(package: str) -> None:
    page = render_page(package, {"text": "<script>alert()</script>"}, {"twice": lambda value: str(2 * value)})
    assert page == (
        f'<meta content="{content_security_policy("")}"><style>a > b {{ color: red }}</style>'
        "&lt;script&gt;alert()&lt;/script&gt; 1,234 6"
    )


def test_a_page_without_a_script_runs_none() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy("").split("; "))
    assert (policy["default-src"], policy["script-src"], policy["img-src"]) == ("'none'", "'none'", "data:")


def test_a_script_is_known_by_its_hash() -> None:
    script = "console.log('a')"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in content_security_policy(script)
