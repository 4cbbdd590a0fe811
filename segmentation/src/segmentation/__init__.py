"""Segmentation from captioned images."""

from typing import TYPE_CHECKING

from shared_runtime.public_names import public_names

if TYPE_CHECKING:
    from segmentation.prediction.model_card import ModelCard
    from segmentation.prediction.options import PredictionOptions
    from segmentation.prediction.referrer import ReferredRegion, Referrer
    from segmentation.prediction.result import Segmentation
    from segmentation.prediction.segmenter import Segmenter
    from segmentation.referring.options import ReferringPrediction

__version__ = "0.1.0"
__all__ = [
    "ModelCard",
    "PredictionOptions",
    "ReferredRegion",
    "Referrer",
    "ReferringPrediction",
    "Segmentation",
    "Segmenter",
]

_HOMES = {
    "ModelCard": "segmentation.prediction.model_card",
    "PredictionOptions": "segmentation.prediction.options",
    "ReferredRegion": "segmentation.prediction.referrer",
    "Referrer": "segmentation.prediction.referrer",
    "ReferringPrediction": "segmentation.referring.options",
    "Segmentation": "segmentation.prediction.result",
    "Segmenter": "segmentation.prediction.segmenter",
}

__getattr__, __dir__ = public_names(__name__, _HOMES)
