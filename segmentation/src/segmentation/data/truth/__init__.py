"""Ground truth of several data sets as index masks with the contiguous ids of a label space."""
