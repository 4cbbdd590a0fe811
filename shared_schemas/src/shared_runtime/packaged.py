"""Word lists and tables that ship within a package, as TOML files beside the modules that read them."""

import tomllib
from importlib.resources import files
from typing import Any


def packaged_toml(package: str | None, name: str) -> dict[str, Any]:
    """The content of the file `name` of a package, which a module names by its own `__package__`.

    Raises ValueError outside of a package.
    """
    if package is None:
        raise ValueError(f"{name}: got a module outside of any package, expected one beside the file")
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
