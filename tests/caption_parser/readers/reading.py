"""Captions out of what a test writes."""

import io

from caption_parser.readers import ReadingOptions, Row, read_captions


def read(content: bytes | str, name: str, **options: str) -> list[Row]:
    """The rows of a file of the format with that name."""
    data = content.encode() if isinstance(content, str) else content
    return list(read_captions(io.BytesIO(data), ReadingOptions(format=name, **options)))
