"""`Layout`, and how the content of its file is written."""

import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Pair = tuple[int | str, str]


@dataclass(frozen=True)
class Layout:
    """A file, and what it holds: image ids and captions in order."""

    code: str
    name: str
    content: bytes
    pairs: list[Pair]
    left_out: dict[str, int] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    file_names: list[str | None] | None = None


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_lines(*values: object) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


def as_parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), buffer, row_group_size=2)
    return buffer.getvalue()


def as_tar(*members: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def turns(*texts: str) -> list[dict[str, str]]:
    """Of a human and a model, in turn."""
    return [{"from": ("human", "gpt")[at % 2], "value": text} for at, text in enumerate(texts)]


def region(number: int, phrase: str) -> dict[str, Any]:
    return {"region_id": number, "width": 9, "height": 9, "image_id": 61, "phrase": phrase, "x": 1, "y": 2}


IMAGE = {"bytes": b"\xff\xd8 no picture", "path": "7.jpg"}
DOG_AND_CAT: list[Pair] = [("1.jpg", "A dog runs."), ("1.jpg", "A dog, running"), ("2.jpg", "A cat sleeps.")]
KEYED = [["alt", "a red kite"], ["title", "Kites | Shop"]]
