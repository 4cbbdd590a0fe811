"""Rows that a plan keeps in files of its own, in lines of JSON: arrays of captions, objects that were rejected."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby, islice, starmap
from typing import BinaryIO, cast

from pydantic_core import from_json, to_json

from caption_parser.readers import CaptionRow, RejectedRow, Row
from caption_parser.runs.kept_rows import Kept, KeptRows
from shared_runtime.errors import InputError
from shared_runtime.storage import Folder
from shared_schemas.compression import compress, decompress
from shared_schemas.files import UNFINISHED

CHUNK = 512
"""As many rows are written together."""
_LEVEL = 1
"""Copies are read once or twice: a sixth of the time of the level of labels, for a fifth more bytes."""


COPIES = "captions"
"""Their folder in that of the plan."""
_COPY = re.compile(rf"{COPIES}/\.?\d{{5,}}-\d+\.jsonl\.zst({UNFINISHED})?")


def copy_name(shard: int, number: int) -> str:
    """The file of the rows of a shard that are from input `number`."""
    return f"{COPIES}/{shard:05}-{number}.jsonl.zst"


def is_copy(name: str) -> bool:
    """Whether a file in the plan's folder has such a name, or the one that it has while it is written."""
    return _COPY.fullmatch(name) is not None


@contextmanager
def copy_file(folder: Folder, name: str) -> Iterator[BinaryIO]:
    """Such a file for writing, whole at the end of the block or absent. Raises `OutputError`."""
    with folder.adding(name) as unfinished, unfinished.open("wb") as raw, compress(raw, ".zst", _LEVEL) as file:
        yield file


def dump_rows(rows: Iterable[Kept]) -> bytes:
    """Rows as lines."""
    lines: list[bytes] = []
    for kind, group in groupby(rows, key=type):
        if kind is RejectedRow:
            # ASCII, so that raw text with half of a surrogate pair passes, too.
            lines += [json.dumps(asdict(cast(RejectedRow, row))).encode() for row in group]
        else:
            lines.append(to_json(list(group)))
    return b"".join(line + b"\n" for line in lines)


def write_copies(kept: KeptRows, folder: Folder) -> None:
    """The sections of `kept`, each in the file of its name. Raises `OutputError`."""
    for name, rows in kept.sections():
        with copy_file(folder, name) as file:
            while chunk := list(islice(rows, CHUNK)):
                file.write(dump_rows(chunk))


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
