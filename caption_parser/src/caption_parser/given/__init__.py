"""Captions as Python programs hold them: texts, pairs, mappings, frames, datasets."""

from caption_parser.given.images import OnRejected, RejectedCaptionWarning, images_of
from caption_parser.given.items import CaptionSource
from caption_parser.given.tables import Column, ColumnChoice

__all__ = ["CaptionSource", "Column", "ColumnChoice", "OnRejected", "RejectedCaptionWarning", "images_of"]
