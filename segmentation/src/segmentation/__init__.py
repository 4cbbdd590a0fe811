"""Segmentation from captioned images."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segmentation.prediction.model_card import ModelCard
    from segmentation.prediction.options import PredictionOptions
    from segmentation.prediction.result import Segmentation
    from segmentation.prediction.segmenter import Segmenter

__version__ = "0.1.0"
__all__ = ["ModelCard", "PredictionOptions", "Segmentation", "Segmenter"]

_HOMES = {
    "ModelCard": "segmentation.prediction.model_card",
    "PredictionOptions": "segmentation.prediction.options",
    "Segmentation": "segmentation.prediction.result",
    "Segmenter": "segmentation.prediction.segmenter",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: `capseg --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What is public, whether it was asked for yet or not."""
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
