"""Public names of a package that are imported when they are first asked for: `--help` needs none of them."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def public_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of `package`, for public names by the modules that hold them (`homes`)."""

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    def names() -> list[str]:
        """What is public, whether it was asked for yet or not."""
        return sorted([*homes, *(name for name in vars(sys.modules[package]) if name.startswith("__"))])

    return attribute, names
