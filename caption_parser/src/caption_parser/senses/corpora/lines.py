"""The lines of a corpus file that must be whole."""

from collections.abc import Iterator

from caption_parser.readers.lines import Line, read_lines
from caption_parser.readers.reasons import TruncatedInputError
from caption_parser.readers.rows import RejectedRow
from caption_parser.readers.source import Source
from shared_runtime.errors import InputError


def whole_lines(source: Source) -> Iterator[Line | RejectedRow]:
    """As `read_lines`.

    Raises:
        InputError: the file is compressed, and damaged or cut short.
    """
    row = 0
    try:
        for line in read_lines(source):
            yield line
            row = line.row
    except TruncatedInputError:
        # What is wrong stands in `damage`, which is also set where the data ends between two lines.
        pass
    if source.damage is not None:
        raise InputError(f"{source.name}:{row + 1}: {source.damage}. Fetch the file again")
