"""Readers: one file per input format, all yielding caption rows and rejected rows."""

from caption_parser.readers.inputs import InputOptions, ReadingOptions, expand_inputs
from caption_parser.readers.read import read_captions
from caption_parser.readers.rows import CaptionRow, RejectedRow, RejectedWriter, Row

__all__ = [
    "CaptionRow",
    "InputOptions",
    "ReadingOptions",
    "RejectedRow",
    "RejectedWriter",
    "Row",
    "expand_inputs",
    "read_captions",
]
