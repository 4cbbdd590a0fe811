"""The table of formats that labels are exported to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from caption_parser.export.coco import write_coco
from caption_parser.export.fiftyone import write_fiftyone
from caption_parser.export.imagefolder import imagefolder_files
from caption_parser.export.odvg import write_odvg
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource
from caption_parser.export.tables import write_csv, write_parquet
from shared_runtime.errors import UsageError
from shared_schemas.errors import did_you_mean


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A format, with either of two ways to write it."""

    name: str
    suffix: str
    """Of the output; empty: it is a folder."""
    write: Callable[[LabelSource, BinaryIO, ExportOptions], None] | None = None
    """Writes the one file."""
    files: Callable[[LabelSource, ExportOptions], Mapping[str, Iterator[bytes]]] | None = None
    """The contents of the files of a folder."""
    options: frozenset[str] = frozenset()
    """Which of `ExportOptions` mean something here, beside the label space."""


FORMATS: Mapping[str, LabelFormat] = {
    entry.name: entry
    for entry in (
        LabelFormat("coco", ".json", write_coco),
        LabelFormat("odvg", ".jsonl", write_odvg, options=frozenset({"boxes"})),
        LabelFormat("imagefolder", "", files=imagefolder_files),
        LabelFormat("fiftyone", ".json", write_fiftyone),
        LabelFormat("parquet", ".parquet", write_parquet, options=frozenset({"rows"})),
        LabelFormat("csv", ".csv", write_csv),
    )
}
_ALIASES = {
    "lvis": "coco",
    "mm-gdino": "odvg",
    "mmgdino": "odvg",
    "huggingface": "imagefolder",
    "hf": "imagefolder",
}


def label_format(name: str) -> LabelFormat:
    """The format of that name, in any letter case. Raises `UsageError` where there is none."""
    lowered = name.lower()
    known = _ALIASES.get(lowered, lowered)
    if known not in FORMATS:
        hint = did_you_mean(lowered, [*FORMATS, *_ALIASES])
        raise UsageError(f"--to: got {name!r}, expected one of: {', '.join(FORMATS)}.{hint}")
    return FORMATS[known]
