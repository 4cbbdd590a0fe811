"""What an export may be told."""

from pathlib import Path
from typing import TypedDict

from caption_parser.frames.columns import Rows
from shared_runtime.configuration import FrozenModel


class ExportFields(TypedDict, total=False):
    """The fields of `ExportOptions`, which says what they mean, as named arguments of functions."""

    label_space: str | Path | None
    boxes: str | Path | None
    rows: Rows


class ExportOptions(FrozenModel):
    """Options that decide what stands in the output; each format knows some of them."""

    label_space: str | Path | None = None
    """The one that made the labels; None: the shipped one that they name, or the file that their summary does."""
    boxes: Path | None = None
    """odvg: COCO instances whose boxes mentions are linked to, by class."""
    rows: Rows = "classes"
    """parquet: what a row stands for."""
