"""Rows that a plan keeps in files of its own, in lines of JSON: arrays of captions, objects that were rejected."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby, starmap
from typing import cast

from pydantic_core import from_json, to_json

from caption_parser.readers import CaptionRow, RejectedRow, Row
from caption_parser.readers.rows import row_fields
from shared_runtime.errors import InputError
from shared_runtime.storage import Folder
from shared_schemas.compression import decompress

COPY_SUFFIX = ".jsonl.zst"
COPY_LEVEL = 1
"""Copies are read once or twice: a sixth of the time of the level of labels, for a fifth more bytes."""


def dump_rows(rows: Iterable[Row]) -> bytes:
    """Rows as lines."""
    lines: list[bytes] = []
    for kind, group in groupby(rows, key=type):
        if kind is CaptionRow:
            lines.append(to_json(list(map(row_fields, cast(Iterable[CaptionRow], group)))))
        else:
            # ASCII, so that raw text with half of a surrogate pair passes, too.
            lines += [json.dumps(asdict(row)).encode() for row in group]
    return b"".join(line + b"\n" for line in lines)


def read_copied(folder: Folder, name: str) -> Iterator[Row]:
    """The rows of such a file. Raises `InputError`."""
    try:
        with folder.open(name) as file, decompress(file, ".zst") as lines:
            for line in lines:
                if line.startswith(b"["):
                    yield from starmap(CaptionRow, from_json(line))
                else:
                    yield RejectedRow(**json.loads(line))
    except (OSError, ValueError) as error:
        message = f"{folder.of(name)}: {error}. Plan anew: capparse plan … -o {folder} --overwrite"
        raise InputError(message) from error
