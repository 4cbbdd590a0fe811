"""The licence stands at the root and in each distribution, whole, and goes into the wheels."""

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTIONS = ("shared_schemas", "caption_parser", "segmentation")
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""Of the text as the Apache Software Foundation publishes it."""


@pytest.mark.parametrize("folder", [".", *DISTRIBUTIONS])
def test_the_licence_is_whole(folder: str) -> None:
    assert sha256((ROOT / folder / "LICENSE").read_bytes()).hexdigest() == APACHE_2


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_what_is_installed_holds_every_licence_of_its_contents(folder: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert all((ROOT / folder / file).is_file() for file in project["license-files"])
    of_others = {str(path.relative_to(ROOT / folder)) for path in (ROOT / folder / "src").rglob("*LICENSE*")}
    assert {"LICENSE", *of_others} == set(project["license-files"])
