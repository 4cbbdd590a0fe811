"""Rows that a plan keeps in files of its own, a JSON text a line: captions as arrays, rejected rows as objects."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from caption_parser.readers import CaptionRow, RejectedRow, Row
from shared_runtime.errors import InputError
from shared_runtime.storage import Folder
from shared_schemas.compression import decompress

COPY_SUFFIX = ".jsonl.zst"


def dump_row(row: Row) -> bytes:
    """A row as a line. ASCII, so that raw text with half of a surrogate pair passes, too."""
    if isinstance(row, CaptionRow):
        fields: object = (row.image_id, row.caption, row.row, row.file_name, row.source)
    else:
        fields = asdict(row)
    return json.dumps(fields).encode() + b"\n"


def read_copied(folder: Folder, name: str) -> Iterator[Row]:
    """The rows of such a file. Raises `InputError`."""
    try:
        with folder.open(name) as file, decompress(file, ".zst") as lines:
            for line in lines:
                fields = json.loads(line)
                yield CaptionRow(*fields) if isinstance(fields, list) else RejectedRow(**fields)
    except (OSError, ValueError) as error:
        message = f"{folder.of(name)}: {error}. Plan anew: capparse plan … -o {folder} --overwrite"
        raise InputError(message) from error
