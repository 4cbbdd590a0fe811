"""Backbones behind one contract: RGB images in 0–255 to feature cells."""

from segmentation.backbones.contract import IMAGENET, Backbone, Normalisation
from segmentation.backbones.registry import (
    BACKBONE_NAMES,
    PACKAGED,
    LinearClassifier,
    load_backbone,
    load_classifier,
    weights_path,
)
from segmentation.backbones.weights import LoadReport, load_weights, read_tensors

__all__ = [
    "BACKBONE_NAMES",
    "IMAGENET",
    "PACKAGED",
    "Backbone",
    "LinearClassifier",
    "LoadReport",
    "Normalisation",
    "load_backbone",
    "load_classifier",
    "load_weights",
    "read_tensors",
    "weights_path",
]
