"""What the tests of `capseg predict` share."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def images(small_run: Any, tmp_path: Path) -> Path:
    """A copy of the images of the small run, which a test may change."""
    return Path(shutil.copytree(small_run.images, tmp_path / "images"))
