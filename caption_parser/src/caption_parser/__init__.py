"""Captions in, labels for weakly supervised segmentation out."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caption_parser.config import ParserConfig
    from caption_parser.modes import Mode
    from caption_parser.pipeline import CaptionParser
    from caption_parser.readers import InputOptions
    from caption_parser.runs.options import RunOptions
    from caption_parser.runs.run import label_file

__version__ = "0.1.0"
__all__ = ["CaptionParser", "InputOptions", "Mode", "ParserConfig", "RunOptions", "label_file"]

_HOMES = {
    "CaptionParser": "caption_parser.pipeline",
    "InputOptions": "caption_parser.readers",
    "Mode": "caption_parser.modes",
    "ParserConfig": "caption_parser.config",
    "RunOptions": "caption_parser.runs.options",
    "label_file": "caption_parser.runs.run",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: `capparse --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
