"""WordNet 3.0 as a compact read-only table."""
