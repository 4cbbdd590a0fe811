"""Segmentation from captioned images."""

from typing import TYPE_CHECKING

from shared_runtime.public_names import public_names

if TYPE_CHECKING:
    from segmentation.prediction.expression_files import predict_expressions
    from segmentation.prediction.files import PredictionInputs, PredictionOutputs, predict_files
    from segmentation.prediction.model_card import ModelCard
    from segmentation.prediction.options import PredictionOptions
    from segmentation.prediction.referrer import ReferredRegion, Referrer, SeenImage
    from segmentation.prediction.result import Segmentation
    from segmentation.prediction.segmenter import Segmenter
    from segmentation.referring.options import ReferringPrediction

__version__ = "0.1.0"
__all__ = [
    "ModelCard",
    "PredictionInputs",
    "PredictionOptions",
    "PredictionOutputs",
    "ReferredRegion",
    "Referrer",
    "ReferringPrediction",
    "SeenImage",
    "Segmentation",
    "Segmenter",
    "predict_expressions",
    "predict_files",
]

_HOMES = {
    "ModelCard": "segmentation.prediction.model_card",
    "PredictionInputs": "segmentation.prediction.files",
    "PredictionOptions": "segmentation.prediction.options",
    "PredictionOutputs": "segmentation.prediction.files",
    "ReferredRegion": "segmentation.prediction.referrer",
    "Referrer": "segmentation.prediction.referrer",
    "ReferringPrediction": "segmentation.referring.options",
    "SeenImage": "segmentation.prediction.referrer",
    "Segmentation": "segmentation.prediction.result",
    "Segmenter": "segmentation.prediction.segmenter",
    "predict_expressions": "segmentation.prediction.expression_files",
    "predict_files": "segmentation.prediction.files",
}

__getattr__, __dir__ = public_names(__name__, _HOMES)
