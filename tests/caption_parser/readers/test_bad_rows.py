"""Every kind of bad row: no traceback, no good row lost, a stable reason for each row that is rejected."""

import codecs
import gzip
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, read_captions
from shared_runtime.errors import InputError

GOOD = b'{"image_id": 1, "caption": "a dog"}\n'
LAST = b'{"image_id": 2, "caption": "a cat"}\n'
TWO_GOOD = ["a dog", "a cat"]


def coco(*annotations: object) -> bytes:
    return json.dumps({"annotations": annotations}).encode()


def annotation(number: int, caption: object) -> dict[str, object]:
    return {"id": number, "image_id": number, "caption": caption}


def tar(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@dataclass(frozen=True)
class Case:
    """An input with good and bad rows: what is read, and why the rest is not."""

    code: str
    name: str
    content: bytes
    good: list[str]
    reasons: list[str]
    row: int | None = None
    """The row of the first rejected row."""


def squeezed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def line(code: str, middle: bytes, reason: str) -> Case:
    return Case(code, "x.jsonl", GOOD + middle + b"\n" + LAST, TWO_GOOD, [reason], 2)


def between(code: str, name: str, middle: bytes, reason: str) -> Case:
    before, after, row = {
        "x.token.txt": (b"1.jpg#0\ta dog\n", b"2.jpg#0\ta cat\n", 2),
        "x.csv": (CSV_HEAD, b"2,a cat\n", 3),
        "x.tsv": (b"image_id\tcaption\n1\ta dog\n", b"2\ta cat\n", 3),
    }[name]
    return Case(code, name, before + middle + b"\n" + after, TWO_GOOD, [reason], row)


def second(code: str, element: object, reason: str) -> Case:
    return Case(code, "x.json", coco(THREE[0], element, THREE[2]), TWO_GOOD, [reason], 2)


def damaged(code: str, old: bytes, new: bytes, reason: str) -> Case:
    return Case(code, "x.json", coco(*THREE).replace(old, new), TWO_GOOD, [reason], 2)


def sample(code: str, name: str, content: bytes, reason: str) -> Case:
    members = [("1.txt", b"a dog"), (name, content), ("2.txt", b"a cat")]
    return Case(code, "x.tar", tar(members), TWO_GOOD, [reason], 2)


THREE = [annotation(1, "a dog"), annotation(2, "a bird"), annotation(3, "a cat")]
BOTH = b"a dog\na cat\n"
BOTH_UTF16 = codecs.BOM_UTF16_LE + BOTH.decode().encode("utf-16-le")
CSV_HEAD = b"image_id,caption\n1,a dog\n"
PARTLY_GOOD = GOOD + b'{"image_id": 9, "captions": [5, "a bee"]}\n' + LAST
QUOTE_OVER_ROWS = CSV_HEAD + b'9,"a bird\n2,a cat\n8,",a bee\n'
DAMAGED_IMAGE = b'{"images": [{"id": 1, "file_name": 1"jpg}], ' + coco(*THREE)[1:]
DAMAGED_INFO = b'{"info": {"year": twenty}, ' + coco(*THREE)[1:]
NO_MORE_JSON = coco(*THREE)[:-1] + b", 'a': 1}"
NAME_TWICE = b'[{"caption": "a dog"}, {"caption": "a bird", "caption": "a bee"}, {"caption": "a cat"}]'
CUT_TWICE = squeezed(coco(*THREE)[:-30])[:-8]
LARGE_LAST = [("1.txt", b"a dog"), ("2.txt", b"a cat"), ("3.jpg", b"x" * 9000)]
DAMAGED_TAR = bytearray(tar([("1.txt", b"a dog"), ("9.txt", b"a bird"), ("2.txt", b"a cat")]))
DAMAGED_TAR[1024:1030] = b"\xff" * 6


CASES = [
    # JSON Lines
    line("jsonl-invalid", b'{"image_id": 9, "caption": a bird}', "invalid-json"),
    line("jsonl-truncated-line", b'{"image_id": 9, "cap', "invalid-json"),
    line("jsonl-nested-too-deep", b"[" * 100_000, "invalid-json"),
    line("jsonl-number-too-long", b'{"image_id": ' + b"9" * 5000 + b"}", "invalid-json"),
    line("jsonl-not-an-object", b'["a bird"]', "wrong-type"),
    line("jsonl-caption-number", b'{"image_id": 9, "caption": 3}', "wrong-type"),
    line("jsonl-caption-null", b'{"image_id": 9, "caption": null}', "wrong-type"),
    line("jsonl-caption-object", b'{"image_id": 9, "caption": {}}', "wrong-type"),
    line("jsonl-image-id-float", b'{"image_id": 9.5, "caption": "a"}', "wrong-type"),
    line("jsonl-image-id-boolean", b'{"image_id": true, "caption": "a"}', "wrong-type"),
    line("jsonl-image-id-list", b'{"image_id": [1], "caption": "a"}', "wrong-type"),
    line("jsonl-image-id-empty", b'{"image_id": "", "caption": "a"}', "bad-image-id"),
    line("jsonl-image-id-nul", b'{"image_id": "\\u0000", "caption": "a"}', "bad-image-id"),
    line("jsonl-name-twice", b'{"image_id": 9, "caption": "a bird", "caption": "a bee"}', "invalid-json"),
    line("jsonl-missing-in-a-frame", b'{"image_id": 9, "caption": "NaN"}', "empty-caption"),
    line("jsonl-no-caption", b'{"image_id": 9}', "missing-field"),
    line("jsonl-no-image-id", b'{"id": 9, "caption": "a bird"}', "missing-field"),
    line("jsonl-empty-caption", b'{"image_id": 9, "caption": ""}', "empty-caption"),
    line("jsonl-blank-caption", b'{"image_id": 9, "caption": " \\t\\n\\u00a0"}', "empty-caption"),
    line("jsonl-no-captions", b'{"image_id": 9, "captions": []}', "empty-caption"),
    line("jsonl-100k-characters", b'{"image_id": 9, "caption": "%s"}' % (b"dog " * 25_000), "caption-too-long"),
    line("jsonl-line-of-5M-characters", b"[" * 5_000_000, "record-too-long"),
    line("jsonl-nul-escaped", b'{"image_id": 9, "caption": "a\\u0000"}', "control-characters"),
    line("jsonl-nul-byte", b'{"image_id": 9, "caption": "a\x00"}', "control-characters"),
    line("jsonl-escape-character", b'{"image_id": 9, "caption": "\\u001b[31m"}', "control-characters"),
    line("jsonl-lone-surrogate", b'{"image_id": 9, "caption": "a \\ud83d"}', "lone-surrogate"),
    line("jsonl-latin-1", b'{"image_id": 9, "caption": "caf\xe9"}', "wrong-encoding"),
    line("jsonl-surrogate-as-utf-8", b'{"image_id": 9, "caption": "\xed\xa0\xbd"}', "wrong-encoding"),
    Case("jsonl-first-row", "x.jsonl", b'{"image_id": 9}\n' + GOOD + LAST, TWO_GOOD, ["missing-field"], 1),
    Case("jsonl-one-bad-of-captions", "x.jsonl", PARTLY_GOOD, ["a dog", "a bee", "a cat"], ["wrong-type"], 2),
    # Plain text and Flickr
    Case("txt-binary-line", "x.txt", b"a dog\n\x89PNG\xff\xfe\na cat\n", TWO_GOOD, ["wrong-encoding"], 2),
    Case("txt-missing-in-a-frame", "x.txt", b"a dog\nnan\na cat\n", TWO_GOOD, ["empty-caption"], 2),
    Case("txt-blank-line", "x.txt", b"a dog\n \na cat\n\n\n", TWO_GOOD, ["empty-caption"], 2),
    Case("utf-16-odd-byte", "x.txt", BOTH_UTF16 + b"a", TWO_GOOD, ["wrong-encoding"], 3),
    Case("utf-16-lone-surrogate", "x.txt", BOTH_UTF16 + b"\x3d\xd8", TWO_GOOD, ["wrong-encoding"], 3),
    between("flickr-no-tab", "x.token.txt", b"9.jpg#0  a bird", "malformed-line"),
    between("flickr-no-number", "x.token.txt", b"9.jpg\ta bird", "malformed-line"),
    between("flickr-empty-caption", "x.token.txt", b"9.jpg#0\t", "empty-caption"),
    # Tables
    between("csv-unquoted-comma", "x.csv", b"9,a bird, red", "wrong-column-count"),
    between("csv-too-few-cells", "x.csv", b"9", "wrong-column-count"),
    between("csv-quote-not-closed", "x.csv", b'9,"a bird', "bad-quoting"),
    between("csv-quote-within-quotes", "x.csv", b'9,"a "red" bird"', "bad-quoting"),
    between("csv-latin-1", "x.csv", b"9,caf\xe9", "wrong-encoding"),
    between("csv-latin-1-in-quotes", "x.csv", b'9,"a\ncaf\xe9\n"', "wrong-encoding"),
    between("csv-empty-image-id", "x.csv", b",a bird", "bad-image-id"),
    Case("csv-quote-closed-later", "x.csv", CSV_HEAD + b'9,"a bird\n2,"a cat"\n', TWO_GOOD, ["bad-quoting"], 3),
    Case("csv-quote-over-rows", "x.csv", QUOTE_OVER_ROWS, TWO_GOOD, ["bad-quoting", "bad-quoting"], 3),
    between("tsv-stray-tab", "x.tsv", b"9\ta\tbird", "wrong-column-count"),
    between("tsv-empty-cells", "x.tsv", b"\t", "empty-caption"),
    between("tsv-nul", "x.tsv", b"9\ta \x00", "control-characters"),
    # COCO JSON and JSON arrays
    Case("coco-cut-in-caption", "x.json", coco(*THREE)[:-30], ["a dog", "a bird"], ["truncated-json"], 3),
    Case("coco-cut-behind", "x.json", coco(*THREE)[:-2], ["a dog", "a bird", "a cat"], ["truncated-json"], 4),
    Case("coco-cut-in-images", "x.json", b'{"images": [{"id": 1, "file_na', [], ["truncated-json"], 1),
    Case("coco-cut-in-info", "x.json", b'{"info": {"year": 20', [], ["truncated-json"]),
    Case("json-array-cut", "x.json", b"[  ", [], ["truncated-json"]),
    second("coco-no-caption", {"image_id": 2, "id": 2}, "missing-field"),
    second("coco-no-image-id", {"id": 2, "caption": "a bird"}, "missing-field"),
    second("coco-not-an-object", [1, [2]], "wrong-type"),
    second("coco-wrong-type", annotation(2, 5), "wrong-type"),
    second("coco-lone-surrogate", annotation(2, "\ud83d"), "lone-surrogate"),
    damaged("coco-latin-1", b"a bird", b"caf\xe9", "wrong-encoding"),
    damaged("coco-lost-quote", b'a bird"', b"a bird", "invalid-json"),
    damaged("coco-lost-brace", b'a bird"}', b'a bird"', "invalid-json"),
    damaged("coco-nul-byte", b"a bird", b"a \x00 bird", "control-characters"),
    Case("coco-last", "x.json", coco(*THREE).replace(b'cat"', b"cat"), ["a dog", "a bird"], ["invalid-json"], 3),
    Case("coco-first", "x.json", coco(*THREE).replace(b'dog"', b"dog"), ["a bird", "a cat"], ["invalid-json"], 1),
    Case("coco-damaged-image", "x.json", DAMAGED_IMAGE, ["a dog", "a bird", "a cat"], ["invalid-json"]),
    Case("coco-damaged-info", "x.json", DAMAGED_INFO, ["a dog", "a bird", "a cat"], ["invalid-json"]),
    Case("json-array-row", "x.json", json.dumps([THREE[0], 1, THREE[2]]).encode(), TWO_GOOD, ["wrong-type"], 2),
    Case("json-array-of-texts", "x.json", b'["a dog", null, 5, "a cat"]', TWO_GOOD, ["wrong-type"] * 2, 2),
    Case("json-name-twice", "x.json", NAME_TWICE, TWO_GOOD, ["invalid-json"], 2),
    Case("json-no-more-json", "x.json", NO_MORE_JSON, ["a dog", "a bird", "a cat"], ["invalid-json"]),
    # Compressed streams
    Case("gzip-cut-in-a-line", "x.txt.gz", squeezed(BOTH + b"a b")[:-8], TWO_GOOD, ["truncated-stream"], 3),
    Case("gzip-cut-behind-a-line", "x.txt.gz", squeezed(BOTH)[:-8], TWO_GOOD, ["truncated-stream"], 3),
    Case("gzip-wrong-checksum", "x.txt.gz", squeezed(BOTH)[:-8] + bytes(8), TWO_GOOD, ["truncated-stream"], 3),
    Case("gzip-garbage-behind", "x.txt.gz", squeezed(BOTH) + b"garbage", TWO_GOOD, ["truncated-stream"], 3),
    Case("gzip-cut-coco", "x.json.gz", CUT_TWICE, ["a dog", "a bird"], ["truncated-stream"], 3),
    Case("zstd-cut", "x.txt.zst", zstandard.compress(BOTH)[:-3], ["a dog"], ["truncated-stream"], 2),
    Case("zstd-garbage", "x.txt.zst", zstandard.compress(BOTH) + b"rest", TWO_GOOD, ["truncated-stream"], 3),
    # WebDataset
    sample("tar-no-caption", "9.jpg", b"x", "missing-field"),
    sample("tar-caption-latin-1", "9.txt", b"caf\xe9", "wrong-encoding"),
    sample("tar-json-invalid", "9.json", b"{caption", "invalid-json"),
    sample("tar-json-no-object", "9.json", b'"a"', "wrong-type"),
    Case("tar-cut", "x.tar", tar(LARGE_LAST)[:5000], TWO_GOOD, ["truncated-archive"], 4),
    Case("tar-damaged-header", "x.tar", bytes(DAMAGED_TAR), TWO_GOOD, ["damaged-archive"], 2),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_bad_rows_cost_themselves_only(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    rows = list(read_captions(path))
    rejected = [row for row in rows if isinstance(row, RejectedRow)]
    assert [row.caption for row in rows if isinstance(row, CaptionRow)] == case.good
    assert [str(row.reason) for row in rejected] == case.reasons
    assert all(row.message for row in rejected)
    if case.row is not None:
        assert rejected[0].row == case.row


TEXTS = st.sampled_from(["a dog", "a cat", "", None, 5, True])


@settings(max_examples=60, deadline=None)
@given(values=st.lists(TEXTS | st.lists(TEXTS, max_size=3), min_size=1, max_size=5))
def test_every_value_of_a_json_map_is_a_row_in_the_order_of_the_map(values: list[object]) -> None:
    content = {f"{number}.jpg": value for number, value in enumerate(values)}
    texts = [
        (name, text)
        for name, value in content.items()
        for text in (value if isinstance(value, list) and value else [value])
    ]
    good = [(name, text) for name, text in texts if text in ("a dog", "a cat")]
    if not good:
        return  # nothing tells that it is a map
    rows = list(read_captions(io.BytesIO(json.dumps(content).encode()), ReadingOptions(format="json")))
    assert [row.row for row in rows] == list(range(1, len(texts) + 1))
    assert [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)] == good


RAW_CASES = {
    "x.txt": (b"a dog\n\xff\n", "\\xff"),
    "x.csv": (b"image_id,caption\n1,a dog\n2,a,b\n", "2,a,b"),
    "x.tsv": (b"image_id\tcaption\n1\ta dog\n2\ta\tb\n", "2\ta\tb"),
    "x.json": (coco(THREE[0], annotation(2, "")), '{"id": 2, "image_id": 2, "caption": ""}'),
    "x.token.txt": (b"1.jpg#0\ta dog\na bird\n", "a bird"),
    "x.tar": (tar([("1.txt", b"a dog"), ("2.txt", b" ")]), '{"key": "2", "members": ["txt"], "txt": " "}'),
}


@pytest.mark.parametrize("name", RAW_CASES)
def test_a_rejected_row_keeps_its_raw_text(name: str, tmp_path: Path) -> None:
    content, raw = RAW_CASES[name]
    (tmp_path / name).write_bytes(content)
    good, rejected = read_captions(tmp_path / name)
    assert isinstance(good, CaptionRow)
    assert isinstance(rejected, RejectedRow)
    assert rejected.raw == raw


@pytest.mark.parametrize("named", ['"image_id": 1', '"image": {"id": 1}'])
@pytest.mark.parametrize("as_document", [False, True])
def test_numbers_of_rows_are_not_mixed_with_numbers_of_images(
    tmp_path: Path, named: str, as_document: bool
) -> None:
    records = ['{"caption": "a cat"}', '{"caption": " "}', f'{{"caption": "a dog", {named}}}']
    path = tmp_path / ("mixed.json" if as_document else "mixed.jsonl")
    path.write_text(f"[{', '.join(records)}]" if as_document else "\n".join(records))
    with pytest.raises(
        InputError, match=r"mixed.jsonl?:3: this record names its image by the number 1, and the first"
    ):
        list(read_captions(path))
    field = named.split('"')[1]
    by_field = [
        row for row in read_captions(path, ReadingOptions(image_field=field)) if isinstance(row, CaptionRow)
    ]
    assert [(row.image_id, row.caption) for row in by_field] == [(1, "a dog")]


@pytest.mark.parametrize("as_document", [False, True])
def test_far_in_a_number_among_unnamed_images_costs_its_own_row(tmp_path: Path, as_document: bool) -> None:
    records = [f'{{"caption": "a cat in box {row}"}}' for row in range(1, 101)]
    records[70] = '{"caption": "a dog", "image_id": 5}'
    path = tmp_path / ("mixed.json" if as_document else "mixed.jsonl")
    path.write_text(f"[{', '.join(records)}]" if as_document else "\n".join(records))
    rows = list(read_captions(path))
    assert [row.image_id for row in rows if isinstance(row, CaptionRow)] == [*range(1, 71), *range(72, 101)]
    (rejected,) = (row for row in rows if isinstance(row, RejectedRow))
    assert (rejected.row, rejected.reason) == (71, "bad-image-id")
    assert rejected.message.endswith("records without it are left out: --image-field NAME")


@pytest.mark.parametrize("options", [ReadingOptions(), ReadingOptions(image_field="image")])
def test_among_numbered_images_one_without_a_name_costs_its_own_row(
    tmp_path: Path, options: ReadingOptions
) -> None:
    records = [{"image": row, "caption": f"a cat in box {row}"} for row in range(1, 201)]
    records[2] = {"image": {"bytes": "AAAA"}, "caption": "a horse"}
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    rows = list(read_captions(path, options))
    assert [row.image_id for row in rows if isinstance(row, CaptionRow)] == [1, 2, *range(4, 201)]
    (rejected,) = (row for row in rows if isinstance(row, RejectedRow))
    assert (rejected.row, rejected.reason) == (3, "missing-field")


def test_of_several_files_too_the_first_record_decides(tmp_path: Path) -> None:
    records = [{"caption": f"a cat in box {row}"} for row in range(1, 121)]
    records[59] |= {"image_id": "x"}
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path in paths:
        path.write_text("\n".join(map(json.dumps, records)))
    rows = list(read_captions(paths))
    assert all(isinstance(row, CaptionRow) for row in rows)
    assert len(rows) == 240


def test_texts_that_name_images_cannot_be_numbers_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"caption": "a cat"}\n{"caption": "a dog", "image_id": "1"}\n{"caption": "no"}\n')
    rows = list(read_captions(path))
    assert [row.image_id for row in rows if isinstance(row, CaptionRow)] == [1, "1", 3]
