"""TSEG (Strudel et al. 2022): segmentation of what a text refers to, learned from images and their captions."""
