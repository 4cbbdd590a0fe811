"""Confidence calibrated on images with ground truth: an extra step over a label file, never part of labelling."""
