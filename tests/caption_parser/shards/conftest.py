"""Caption files of each kind, and a parser that labels in no time."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from caption_parser.config import ParserConfig
from tests.caption_parser.runs.conftest import WordParser

BuildParser = Callable[[ParserConfig], WordParser]


def build_parser(_config: ParserConfig) -> WordParser:
    """For `label_file` and `label_shards`."""
    return WordParser()


def captions_of(images: int, each: int = 3) -> list[tuple[str, str]]:
    """Pairs of image and caption, image by image; every seventh caption has a dog."""
    return [
        (f"{image:05}.jpg", "a dog here" if (image * each + at) % 7 == 0 else f"thing {at} of image {image}")
        for image in range(images)
        for at in range(each)
    ]


def write_tsv(path: Path, pairs: list[tuple[str, str]]) -> Path:
    path.write_text("image_id\tcaption\n" + "".join(f"{image}\t{text}\n" for image, text in pairs), "utf-8")
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    """1,000 images with 3,000 captions, in most formats; in each some rows that hold no caption."""
    pairs = captions_of(1000)
    lines = [json.dumps({"image_id": image, "caption": text}) for image, text in pairs]
    for at in (2000, 1541, 1539, 10):
        lines.insert(at, "{broken" if at % 20 else json.dumps({"image_id": "x.jpg", "caption": " "}))
    # A blank line between two shards is an empty caption; those at the end of the file are none.
    text = [caption for _, caption in pairs]
    for at in (1539, 1539, 1600):
        text.insert(at, "")
    quoted = ["file_name,caption,note"]
    quoted += [f'{image},"{text}, or so","line 1\nline ""2"""' for image, text in pairs]
    quoted.insert(1540, "no,columns")
    files = {
        "lines.jsonl": "\n".join(lines) + "\n",
        "lines.txt": "\ufeff" + "\r\n".join(text) + "\r\n\r\n\r\n",
        "table.csv": "\n".join(quoted) + "\n",
        "far.json": json.dumps(
            {"annotations": [{"image_id": at % 1000, "caption": f"a dog or {at}"} for at in range(3000)]}
        ),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8", newline="")
    (tmp_path / "lines.jsonl.gz").write_bytes(gzip.compress(files["lines.jsonl"].encode(), mtime=0))
    write_tsv(tmp_path / "table.tsv", pairs)
    _write_parquet(tmp_path / "table.parquet", pairs)
    return {path.name: path for path in tmp_path.iterdir()}


def _write_parquet(path: Path, pairs: list[tuple[str, str]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    captions: list[str | None] = [text for _, text in pairs]
    captions[1539] = None
    table = pa.table({"image_id": [image for image, _ in pairs], "caption": captions})
    pq.write_table(table, path, row_group_size=850)
