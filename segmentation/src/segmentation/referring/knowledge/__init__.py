"""A start from what is known: which direction of an ImageNet classifier's features a text points in."""
