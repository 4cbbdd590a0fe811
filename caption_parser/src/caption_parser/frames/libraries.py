"""Libraries that only some need, imported when they are asked for."""

from importlib import import_module
from typing import Any

from shared_runtime.errors import MissingResourceError


def imported(library: str) -> Any:
    """A package that only some need. Raises `MissingResourceError` where it is not installed."""
    try:
        return import_module(library)
    except ImportError as error:
        raise MissingResourceError(f"this needs the package {library}: pip install {library}") from error
