"""Backbones behind one contract: RGB images in 0–255 to feature cells."""
