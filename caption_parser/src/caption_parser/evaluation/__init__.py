"""Label quality against ground truth."""
