"""Whether what was read can be captions of images: a wrong column must not make a label file."""

from collections.abc import Iterator

from caption_parser.readers.checks import looks_like_a_name
from caption_parser.readers.fields import shortened
from caption_parser.readers.rows import CaptionRow, Row
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

_FIRST = 20
"""How many captions tell what a field holds."""
_MANY = 100


def plausible(source: Source, rows: Iterator[Row]) -> Iterator[Row]:
    """`rows`, as they come.

    Raises `InputError` where the first captions are all names of files, addresses or numbers; says so where all
    captions are of one image.
    """
    seen = 0
    examples: list[str] = []
    only_image: int | str | None = None
    for row in rows:
        if not isinstance(row, CaptionRow):
            yield row
            continue
        seen += 1
        if len(examples) == seen - 1 < _FIRST and looks_like_a_name(row.caption.strip()):
            examples.append(row.caption)
            if seen == _FIRST:
                break
        only_image = row.image_id if seen == 1 else only_image if only_image == row.image_id else None
        yield row
    if seen and len(examples) == seen:
        shown = ", ".join(repr(shortened(example)) for example in examples[:3])
        raise InputError(
            f"{source.name}: what is read as captions are names or numbers ({shown}), no texts. Name the field or"
            " column of the captions (--caption-field) or the format (--format); capparse formats shows them"
        )
    if seen >= _MANY and only_image is not None:
        source.say(
            f"all {seen:,} captions are of one image, {only_image!r}: is it the right field? (--image-field)"
        )
