"""Names of a package that are imported when they are first asked for."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = """
from shared_runtime.public_names import public_names

__version__ = "3"
__getattr__, __dir__ = public_names(__name__, {"Boat": "harbour.boats"})
"""


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package with one public name, in a module that is not imported yet."""
    (tmp_path / "harbour").mkdir()
    (tmp_path / "harbour" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "harbour" / "boats.py").write_text("class Boat: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("harbour", "harbour.boats"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "harbour"


def test_a_name_is_imported_when_it_is_asked_for(harbour: str) -> None:
    package = import_module(harbour)
    assert "Boat" in dir(package)
    assert "__version__" in dir(package)
    assert "harbour.boats" not in sys.modules
    assert package.Boat.__module__ == "harbour.boats"


def test_an_unknown_name_is_an_attribute_error(harbour: str) -> None:
    package = import_module(harbour)
    with pytest.raises(AttributeError, match="module 'harbour' has no attribute 'Ship'"):
        _ = package.Ship
    assert not hasattr(package, "Ship")
