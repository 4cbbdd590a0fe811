"""What every reader yields: a caption with its origin, or a rejected row with the reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptionRow:
    """One caption of one image."""

    image_id: int | str
    caption: str
    row: int
    """1-based line or record number in the input."""
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that holds no usable caption. The run goes on; the row is written to the rejected-rows file."""

    row: int
    reason: str
    """A stable code such as `empty-caption`, to count by."""
    message: str
    """What is wrong, for a person."""
    raw: str
    """The row as it stood in the input, so that nothing is lost."""


Row = CaptionRow | RejectedRow
