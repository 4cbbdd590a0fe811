"""Segmentation from captioned images."""

__version__ = "0.1.0"
