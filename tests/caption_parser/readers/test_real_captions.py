"""The real files, counted exactly."""

import json
from collections import Counter
from pathlib import Path

import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, read_captions

pytestmark = pytest.mark.real_data

COUNTS = {
    "captions/flickr8k.token.txt": (40_459, {"malformed-line": 1}, {}),
    "captions/mixed-121k.tsv.gz": (121_175, {}, {}),
    "captions/cc3m-validation.tsv": (15_833, {}, {"caption_field": "1", "image_field": "2"}),
    "referring/refcoco_phrases.tsv": (35_232, {}, {"caption_field": "phrase"}),
}
"""File: captions, rejected rows by reason, options."""


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str, real_data: Path) -> None:
    captions, reasons, options = COUNTS[name]
    found: Counter[str] = Counter()
    for row in read_captions(real_data / name, ReadingOptions(**options)):
        found[str(row.reason) if isinstance(row, RejectedRow) else "good"] += 1
    assert found == Counter(good=captions, **reasons)


def test_coco_is_read_as_the_json_module_reads_it(real_data: Path) -> None:
    path = real_data / "coco" / "annotations" / "captions_val2017.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    names = {image["id"]: image["file_name"] for image in document["images"]}
    expected = [
        CaptionRow(entry["image_id"], entry["caption"].replace("\n", " "), row, names[entry["image_id"]])
        for row, entry in enumerate(document["annotations"], 1)
    ]
    assert len(expected) == 24_514
    assert list(read_captions(path)) == expected
