"""Readers: one file per input format, all yielding caption rows and rejected rows."""
