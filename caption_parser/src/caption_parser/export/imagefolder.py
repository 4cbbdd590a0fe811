"""Hugging Face's imagefolder: `metadata.jsonl` to lie beside the images, and a card that tells its columns."""

from collections.abc import Iterator, Mapping
from typing import Any

from caption_parser.captions import file_name_of
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource, json_bytes
from caption_parser.frames.columns import LABEL_COLUMNS, Column, class_names, label_values
from caption_parser.frames.types import card_features
from shared_runtime.dataset_card import card

METADATA, CARD = "metadata.jsonl", "README.md"
_COLUMNS = (Column("image_id", "id"), Column("captions", "string", 1), *LABEL_COLUMNS)
_UNSAFE = ("://", "::")


def imagefolder_files(source: LabelSource, _options: ExportOptions) -> Mapping[str, Iterator[bytes]]:
    """The contents of the files, in pieces, by name."""
    return {METADATA: _metadata(source), CARD: _card(source)}


def _metadata(source: LabelSource) -> Iterator[bytes]:
    for record in source:
        name = file_name_of(record)
        if name.startswith("/") or ".." in name.split("/") or any(part in name for part in _UNSAFE):
            source.leave_out(f"got {name!r}, expected a file below the folder of the images")
            continue
        image_id = record.image_id if source.numeric_ids else str(record.image_id)
        row: dict[str, Any] = {"file_name": name, "image_id": image_id, "captions": record.captions}
        yield json_bytes(row | label_values(record, source.label_space)) + b"\n"


def _card(source: LabelSource) -> Iterator[bytes]:
    space = source.label_space
    features = card_features(_COLUMNS, class_names(space), numeric_ids=source.numeric_ids)
    text = (
        f"What captions say of each image, in the classes of the label space {space.name} ({space.reference}): "
        "`foreground` and `background` name the classes that they assert, `denied` those that they say are not "
        "there; `…_ids` are contiguous ids, `…_votes` how many captions say so, `…_confidence` how sure that is."
    )
    content = card(f"Image labels of {space.name} from captions", "image-classification", features, text)
    yield content.encode("utf-8", "backslashreplace")
