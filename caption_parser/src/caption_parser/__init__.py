"""Captions in, labels for weakly supervised segmentation out."""

__version__ = "0.1.0"
