"""`labels.json` of FiftyOne's `FiftyOneImageClassificationDataset`: classes of images, with what backs them."""

from posixpath import splitext
from typing import BinaryIO

from caption_parser.captions import file_name_of
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource, json_bytes
from shared_schemas import ClassLabel, ImageLabels


def write_fiftyone(source: LabelSource, output: BinaryIO, _options: ExportOptions) -> None:
    """One entry per image file, by its path without the suffix; a second image of that path is left out."""
    names = [label.name for label in source.label_space.classes]
    output.write(b'{"classes": ' + json_bytes(names) + b',\n"labels": {')
    seen: set[str] = set()
    for record in source:
        name = file_name_of(record)
        # As FiftyOne cuts paths; behind a question mark, a dot is none of a suffix.
        key = name if "?" in name else splitext(name)[0]
        if key in seen:
            source.leave_out(f"another image is named {key!r}, apart from its suffix")
            continue
        output.write((b",\n" if seen else b"\n") + json_bytes(key) + b": " + json_bytes(_classifications(record)))
        seen.add(key)
    output.write(b"\n}}\n")


def _classifications(record: ImageLabels) -> list[dict[str, object]]:
    return [
        _classification(label, kind)
        for kind, labels in (("foreground", record.foreground), ("background", record.background))
        for label in labels
    ]


def _classification(label: ClassLabel, kind: str) -> dict[str, object]:
    """`attributes` become fields of the `Classification`."""
    stated = {"count": label.count, "at_least": label.at_least}
    return {
        "label": label.name,
        "confidence": label.confidence,
        "attributes": {
            "votes": label.votes,
            "kind": kind,
            "visual_attributes": [attribute.name for attribute in label.attributes],
        }
        | {name: value for name, value in stated.items() if value is not None},
    }
