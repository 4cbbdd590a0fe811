"""JSON values of one row, read leniently: what is wrong within a string is for the caption checks to judge."""

import json

from caption_parser.readers.reasons import Reason, RowError

LENIENT_DECODER = json.JSONDecoder(strict=False)
"""Takes control characters within strings, where the standard wants them escaped."""


def decode_json(text: str) -> object:
    """The value that `text` holds.

    Raises:
        RowError: it is no JSON, is nested too deeply, or has a number too long to read.
    """
    try:
        return LENIENT_DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at character {error.pos}"
        raise RowError(Reason.INVALID_JSON, message) from None
    except (ValueError, RecursionError) as error:
        raise RowError(Reason.INVALID_JSON, f"not readable JSON: {error}") from None
