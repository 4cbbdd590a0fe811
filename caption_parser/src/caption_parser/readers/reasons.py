"""The codes of rejected rows, and the row-wise exception that carries one."""

from enum import StrEnum

from caption_parser.readers.rows import RejectedRow


class Reason(StrEnum):
    """Why a row was rejected: stable codes, to count and filter by."""

    EMPTY_CAPTION = "empty-caption"
    """Nothing but white space, or an empty list of captions."""
    CAPTION_TOO_LONG = "caption-too-long"
    """More characters than `checks.MAX_CAPTION_CHARS`: a pasted document, which would stall the parser."""
    CONTROL_CHARACTERS = "control-characters"
    """NUL or another control character: the caption is damaged. Tabs and line breaks are folded instead."""
    LONE_SURROGATE = "lone-surrogate"
    """Half of a UTF-16 pair, which no UTF-8 output can hold."""
    WRONG_ENCODING = "wrong-encoding"
    """Bytes that are not UTF-8."""
    WRONG_TYPE = "wrong-type"
    """A caption that is no text, an image id that is neither text nor a whole number, a row that is no object."""
    MISSING_FIELD = "missing-field"
    """The row lacks the caption or the image id."""
    BAD_IMAGE_ID = "bad-image-id"
    """An image id that is empty or holds characters that no output can hold."""
    INVALID_JSON = "invalid-json"
    WRONG_COLUMN_COUNT = "wrong-column-count"
    """A row of a table with more or fewer cells than the header."""
    BAD_QUOTING = "bad-quoting"
    """A CSV quote that is never closed, or closed within a cell."""
    MALFORMED_LINE = "malformed-line"
    """A line that does not have the form of its format."""
    RECORD_TOO_LONG = "record-too-long"
    """More characters than `lines.MAX_RECORD_CHARS` in one record."""
    TRUNCATED_JSON = "truncated-json"
    TRUNCATED_STREAM = "truncated-stream"
    """Compressed input that ends too early or does not decompress further."""
    TRUNCATED_ARCHIVE = "truncated-archive"
    DAMAGED_ARCHIVE = "damaged-archive"
    """Blocks of a tar archive between two samples that are no tar."""
    DAMAGED_ROW_GROUP = "damaged-row-group"
    """A row group of a Parquet file that does not decode."""


class RowError(Exception):
    """One row holds no usable caption. Readers turn it into a `RejectedRow`."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message

    def rejected(self, row: int, raw: str) -> RejectedRow:
        """The rejected row that this error stands for."""
        return RejectedRow(row, self.reason, self.message, raw)


class TruncatedInputError(Exception):
    """The input ends within a row; what came before is good. The last thing that a reader raises."""

    def __init__(self, row: int, reason: Reason, message: str, raw: str = "") -> None:
        super().__init__(row, reason, message)
        self.row, self.reason, self.message, self.raw = row, reason, message, raw
