"""Syntax: `Doc` to noun phrases, attributes and counts, as spaCy components."""
