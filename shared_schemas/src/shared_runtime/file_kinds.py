"""Files given in place of others: what they are, as far as a look at their content tells."""

import json
import shlex
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import ijson

from shared_runtime.nesting import NestingError, ShallowStream
from shared_schemas.compression import open_input

_LONGEST_LINE = 1 << 20
"""Bytes of a first line that are looked at: a record is shorter, a document on one line is read as a stream."""


class FileKind(StrEnum):
    """What a file is, as it is called in messages."""

    EMPTY = "an empty file"
    LABELS = "a label file"
    CAPTIONS = "a caption file"
    INSTANCES = "a file of COCO instances"


_INTO_LABELS = {FileKind.CAPTIONS: "capparse label", FileKind.INSTANCES: "capseg truth-labels"}


def file_kind(path: Path) -> FileKind | None:
    """The kind of a file, plain or compressed; None: another one, or it cannot be read."""
    with suppress(OSError, ImportError, EOFError, UnicodeError), open_input(path) as stream:
        line = stream.readline(_LONGEST_LINE)
        if not line:
            return FileKind.EMPTY
        with suppress(ValueError, RecursionError):
            if isinstance(record := json.loads(line), dict) and (kind := _of_record(record)):
                return kind
    with suppress(OSError, ImportError, EOFError, ijson.JSONError, NestingError), open_input(path) as stream:
        for place, event, value in ijson.parse(ShallowStream(stream)):
            if event != "map_key":
                continue
            if (place, value) in (("annotations.item", "caption"), ("images.item", "sentences")):
                return FileKind.CAPTIONS
            if (place, value) == ("annotations.item", "category_id"):
                return FileKind.INSTANCES
    return None


def made_into_labels(path: Path) -> str | None:
    """What is wrong with a file that was given in the place of a label file, and which command makes one of it.

    None: none does.
    """
    kind = file_kind(path)
    if kind not in _INTO_LABELS:
        return None
    command = f"{_INTO_LABELS[kind]} {shlex.quote(str(path))} -o labels.jsonl"
    return f"got {kind}, expected a label file. Make one of it: {command}"


def _of_record(record: dict[str, object]) -> FileKind | None:
    """The kind of a JSON Lines file with this record."""
    if {"foreground", "background"} & record.keys():
        return FileKind.LABELS
    return FileKind.CAPTIONS if {"caption", "captions"} & record.keys() else None
