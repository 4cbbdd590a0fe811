"""Masks for other programs, one file per layout; and back from them, corrected."""
