"""Inputs that are bad as a whole: an error of ours that names the input, says what is wrong and what to do."""

import gzip
import io
import sys
import tarfile
from pathlib import Path

import pytest
import zstandard

from caption_parser.readers import CaptionRow, ReadingOptions, read_captions
from shared_runtime.errors import InputError, MissingResourceError, UsageError

GOOD = b'{"image_id": 1, "caption": "a dog"}\n'
UNKNOWN = b'{"id": 1, "blurb": "a dog"}\n'
BOXES = b'{"annotations": [{"image_id": 1, "bbox": [0]}]}'
BOTH = b"a dog\na cat\n"


def tar_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


WHOLE_INPUTS = {
    "empty": ("x.jsonl", b"", "is empty"),
    "empty-gzip": ("x.jsonl.gz", gzip.compress(b""), "is empty"),
    "empty-parquet": ("x.parquet", b"", "is not a readable Parquet file"),
    "empty-json": ("x.json", b"", "is empty"),
    "json-blank": ("x.json", b" \n", "there are no captions in it"),
    "json-empty-array": ("x.json", b"[]", "there are no captions in it"),
    "json-empty-object": ("x.json", b"{}", "there are no captions in it"),
    "json-empty-annotations": (
        "x.json",
        b'{"images": [{"id": 1}], "annotations": []}',
        "there are no captions in it",
    ),
    "csv-header-alone": ("x.csv", b"image,caption\n", "there are no captions in it"),
    "jsonl-blank-lines": ("x.jsonl", b"\n\n", "there are no captions in it"),
    "not-gzip": ("x.jsonl.gz", GOOD, "is not compressed although its name ends in .gz"),
    "not-zstd": ("x.jsonl.zst", GOOD, "is not compressed although its name ends in .zst"),
    "not-parquet": ("x.parquet", b"PAR1 but not really PAR1", "is not a readable Parquet file"),
    "not-tar": ("x.tar", b"these are not the blocks" * 100, "is not a tar archive"),
    "short-not-tar": ("x.tar", b"short", "is not a tar archive"),
    "not-json": ("x.json", b"<div>", "is not JSON: it starts with '<'"),
    "json-not-coco": ("x.json", b'{"images": []}', "field 'annotations' is missing (has: images)"),
    "json-name-not-utf-8": ("x.json", b'{"annot\xe9": []}', "(has: annot\\udce9)"),
    "json-annotations-object": ("x.json", b'{"annotations": {}}', "'annotations' is an object, expected a list"),
    "coco-boxes": ("x.json", BOXES, ":1: field 'caption' is missing (has: image_id, bbox)"),
    "jsonl-unknown-field": (
        "x.jsonl",
        UNKNOWN * 2,
        ":1: field 'caption' is missing (has: id, blurb). Try --caption-field blurb",
    ),
    "csv-no-header": ("x.csv", b"1,a dog\n2,a cat\n", "x.csv:1: field 'caption' is missing (has: 1, a dog)"),
    "tsv-no-header": ("x.tsv", b"a dog\thttp://a\n", "--caption-field 1 --image-field 2"),
    "csv-damaged-header": ("x.csv", b"image_id,caption,\xff\n1,a,b\n", "x.csv:1: the header cannot be read"),
    "tar-without-captions": ("x.tar", tar_of("1.jpg", "2.jpg"), "has no caption (has: jpg)"),
}


@pytest.mark.parametrize("code", WHOLE_INPUTS)
def test_an_input_that_is_bad_as_a_whole_says_why(code: str, tmp_path: Path) -> None:
    name, content, message = WHOLE_INPUTS[code]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        list(read_captions(path))
    assert message in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "captions.jsonl").write_bytes(GOOD)
    with pytest.raises(InputError, match=r"does not exist. Did you mean .*captions\.jsonl\?"):
        read_captions(tmp_path / "caption.jsonl")


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read either"):
        read_captions(tmp_path / "nowhere" / "x.jsonl")


def test_a_directory_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "0.tar").write_bytes(b"")
    with pytest.raises(InputError, match=r"is a directory \(holds 0\.tar\).*Try '.*/\*\.tar'"):
        read_captions(tmp_path)


def test_an_empty_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is an empty directory"):
        read_captions(tmp_path)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"x\.jsonl cannot be read: permission denied"):
        list(read_captions(path))


def test_a_disk_that_fails_while_reading() -> None:
    lines = [GOOD]

    class Failing(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            if lines:
                return lines.pop()
            raise OSError(5, "Input/output error")

    rows = read_captions(Failing(), ReadingOptions(format="jsonl"))  # type: ignore[arg-type]
    assert next(rows) == CaptionRow(1, "a dog", 1)
    with pytest.raises(InputError, match="cannot be read any further"):
        next(rows)


def test_an_unknown_suffix_lists_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "captions.xml"
    path.write_bytes(b"<a/>")
    with pytest.raises(UsageError, match=r"captions\.xml: .*\.jsonl.*Try --format jsonl"):
        read_captions(path)


def test_an_unknown_format_suggests_one(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(GOOD)
    with pytest.raises(UsageError, match=r"no input format 'jsonlines'.*Did you mean 'jsonl'\?"):
        read_captions(tmp_path / "x.jsonl", ReadingOptions(format="jsonlines"))


def test_a_field_option_for_a_format_without_fields(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(BOTH)
    with pytest.raises(UsageError, match="--caption-field text: the format txt has no caption field"):
        read_captions(tmp_path / "x.txt", ReadingOptions(caption_field="text"))


def test_a_missing_package_prints_the_pip_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingResourceError, match="pip install pyarrow"):
        list(read_captions(tmp_path / "x.parquet"))


def test_zstandard_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt.zst").write_bytes(zstandard.compress(BOTH))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingResourceError, match="pip install zstandard"):
        list(read_captions(tmp_path / "x.txt.zst"))


def test_parquet_from_a_pipe() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InputError, match="cannot be read from a pipe"):
        list(read_captions(Pipe(b"PAR1"), ReadingOptions(format="parquet")))


def test_a_wrong_field_name_stops_a_long_file_early() -> None:
    lines = (b'{"image_id": 1, "blurb": "a dog"}\n' for _ in iter(int, 1))

    class Endless(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            return next(lines)

    with pytest.raises(InputError, match="Try --caption-field blurb"):
        list(read_captions(Endless(), ReadingOptions(format="jsonl")))  # type: ignore[arg-type]
