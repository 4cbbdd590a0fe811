"""Readers: one file per input format, all yielding caption rows and rejected rows."""

from caption_parser.readers.captions import read_captions
from caption_parser.readers.inputs import expand_inputs, first_captions, sample_images
from caption_parser.readers.rows import CaptionRow, RejectedRow, RejectedWriter, Row

__all__ = [
    "CaptionRow",
    "RejectedRow",
    "RejectedWriter",
    "Row",
    "expand_inputs",
    "first_captions",
    "read_captions",
    "sample_images",
]
