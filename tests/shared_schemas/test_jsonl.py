"""Lines of label files: what is written, what is read back, and what each kind of bad line is told."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, field_serializer

from shared_schemas import ImageLabels, RecordError, Source, dump, iter_labels, read_labels, write_labels
from shared_schemas.jsonl import parse

text = st.text(st.characters(exclude_categories=["Cs"]))


def one(line: bytes) -> ImageLabels | RecordError:
    (result,) = iter_labels(io.BytesIO(line))
    return result


def test_records_of_1_0_are_read(record: ImageLabels) -> None:
    old = (
        dump(record).replace(b'"schema_version":"1.1"', b'"schema_version":"1.0"').replace(b',"relations":[]', b"")
    )
    parsed = parse(old, ImageLabels)
    assert isinstance(parsed, ImageLabels)
    assert (parsed.schema_version, parsed.relations, parsed.mentions) == ("1.0", (), record.mentions)


def test_line_holds_what_is_set_and_leaves_null_out(record: ImageLabels) -> None:
    line = dump(record.model_copy(update={"mentions": record.mentions[1:2], "background": ()}))
    assert line == (
        b'{"schema_version":"1.1","image_id":9,"label_space":"' + record.label_space.encode() + b'",'
        b'"captions":["A white mug on a shelf","Two cups"],'
        b'"foreground":[{"id":1,"name":"cup","votes":2,"category_id":47,"count":2,'
        b'"attributes":[{"name":"white","votes":1}]}],"background":[],'
        b'"mentions":[{"caption":0,"start":17,"end":22,"head":"shelf","extended_head":"shelf",'
        b'"rule":"synonym","label":3,"attributes":[],"flags":[]}],"relations":[]}\n'
    )


def test_a_mark_at_the_beginning_is_no_part_of_the_first_line(record: ImageLabels, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + 2 * dump(record))
    assert [*iter_labels(path)] == [record, record]
    # Elsewhere it is damage.
    path.write_bytes(dump(record) + b"\xef\xbb\xbf" + dump(record))
    assert [type(found) for found in iter_labels(path)] == [ImageLabels, RecordError]


def test_utf_16_is_told_once(record: ImageLabels, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes((2 * dump(record)).decode().encode("utf-16"))
    (error,) = iter_labels(path)
    assert str(error) == (f"{path}:1: the whole file: got UTF-16, expected UTF-8: iconv -f UTF-16 -t UTF-8 {path}")


def test_ctrl_c_while_a_line_is_made_is_ctrl_c() -> None:
    class Interrupted(BaseModel):
        text: str

        @field_serializer("text")
        def stop(self, _text: str) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dump(Interrupted(text="a"))


@given(
    st.one_of(st.integers(), text),
    st.lists(text, max_size=3),
    st.none() | st.builds(Source, path=text, row=st.integers(1)),
)
def test_every_record_is_read_back_as_written(
    image_id: int | str, captions: list[str], source: Source | None
) -> None:
    record = ImageLabels(
        image_id=image_id,
        source=source,
        label_space="kitchen@00000000",
        captions=tuple(captions),
        foreground=(),
        background=(),
    )
    line = dump(record)
    assert line.count(b"\n") == 1
    read = one(line)
    assert read == record
    assert type(read.image_id) is type(image_id)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_files_are_read_back_as_written(tmp_path: Path, record: ImageLabels, suffix: str) -> None:
    records = [record.model_copy(update={"image_id": number}) for number in range(1000)]
    path = tmp_path / f"labels.jsonl{suffix}"
    assert write_labels(path, records) == 1000
    assert list(read_labels(path)) == records
    first = path.read_bytes()
    write_labels(path, records)
    assert path.read_bytes() == first


def test_open_binary_files_get_plain_lines_and_stay_open(record: ImageLabels) -> None:
    stream = io.BytesIO()
    assert write_labels(stream, [record, record]) == 2
    assert stream.getvalue() == 2 * dump(record)


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(content: Any) -> None:
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in parents:
            content = content[part]
        content[last] = value

    return apply


def drop(field: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.pop(field)


BAD_CONTENT = {
    "wrong type": (
        change("mentions.1.start", "x"),
        "invalid-value",
        "mentions[1].start: got 'x', expected a valid integer",
    ),
    "number as text": (
        change("foreground.0.id", "1"),
        "invalid-value",
        "foreground[0].id: got '1', expected a valid integer",
    ),
    "one of two types": (
        change("image_id", 1.5),
        "invalid-value",
        "image_id: got 1.5, expected a valid integer or a valid string",
    ),
    "truth value as id": (
        change("image_id", True),
        "invalid-value",
        "image_id: got True, expected a valid integer or a valid string",
    ),
    "out of range": (
        change("background.0.votes", 0),
        "invalid-value",
        "background[0].votes: got 0, expected greater than 0",
    ),
    "long value": (
        change("image_id", ["x" * 100]),
        "invalid-value",
        f"image_id: got ['{'x' * 58}… (104 characters), expected a valid integer or a valid string",
    ),
    "unknown rule": (
        change("mentions.0.rule", "guess"),
        "invalid-value",
        "mentions[0].rule: got 'guess', expected 'synonym', 'hyponym', 'holonym', 'phrase', 'neologism', "
        "'implied', 'agreement' or "
        "'string'",
    ),
    "unknown field": (
        change("foreground.0.vote", 2),
        "unknown-field",
        "foreground[0].vote: got 2, expected no such field in version 1.1",
    ),
    "unknown field in an older version": (
        change("extra", 2),
        "unknown-field",
        "extra: got 2, expected no such field in version 1.1",
    ),
    "missing caption list": (
        drop("captions"),
        "missing-field",
        "captions: got only 'schema_version', 'image_id', 'label_space', 'foreground', 'background', "
        "'mentions', 'relations', expected 'captions' as well",
    ),
    "missing version": (
        drop("schema_version"),
        "missing-field",
        "schema_version: got none, expected e.g. '1.1'",
    ),
    "next major version": (
        change("schema_version", "2.0"),
        "unsupported-version",
        "schema_version: got '2.0', expected 1.x: install the release of capparse-schemas that reads it",
    ),
    "version without a minor number": (
        change("schema_version", "1"),
        "invalid-value",
        r"schema_version: got '1', expected it to match pattern '^1\.(0|[1-9]\d*)$'",
    ),
    "version as a number": (
        change("schema_version", 1.0),
        "invalid-value",
        "schema_version: got 1.0, expected a valid string",
    ),
}


@pytest.mark.parametrize(("spoil", "code", "message"), BAD_CONTENT.values(), ids=BAD_CONTENT.keys())
def test_bad_fields_are_named(
    record: ImageLabels, spoil: Callable[[dict[str, Any]], None], code: str, message: str
) -> None:
    content = json.loads(dump(record))
    spoil(content)
    error = one(json.dumps(content).encode())
    assert isinstance(error, RecordError)
    assert (error.code, error.message) == (code, message)


def test_empty_span_is_an_error(record: ImageLabels) -> None:
    content = json.loads(dump(record))
    content["mentions"][1]["end"] = 17
    error = one(json.dumps(content).encode())
    assert isinstance(error, RecordError)
    assert (error.field, error.expected) == ("mentions[1]", "start before end, not [17, 17)")


BAD_LINES = {
    "cut off": (b'{"schema_version":"1.0","image_id"', "invalid-json"),
    "not JSON": (b"image 7: a dog", "invalid-json"),
    "two values": (b"{} {}", "invalid-json"),
    "not UTF-8": (b'{"image_id":"\xff"}', "invalid-json"),
    "UTF-16": ('{"image_id":7}'.encode("utf-16"), "invalid-json"),
    "lone surrogate": (b'{"image_id":"\\ud800"}', "invalid-json"),
    "NUL byte": (b'{"image_id":"\x00"}', "invalid-json"),
    "deep nesting": (b"[" * 100_000, "invalid-json"),
    "list": (b"[]", "invalid-value"),
    "null": (b"null", "invalid-value"),
    "blank": (b"  \n", "blank-line"),
    "number of 5000 digits": (b'{"image_id":' + b"9" * 5000 + b"}", "invalid-json"),
}


@pytest.mark.parametrize(("line", "code"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_lines_do_not_stop_the_reader(tmp_path: Path, record: ImageLabels, line: bytes, code: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(dump(record) + line.rstrip(b"\n") + b"\n" + dump(record))
    first, error, last = iter_labels(path)
    assert (first, last) == (record, record)
    assert isinstance(error, RecordError)
    assert (error.file, error.line, error.code) == (str(path), 2, code)
    assert str(error).startswith(f"{path}:2: ")


@given(st.binary())
def test_no_line_raises(line: bytes) -> None:
    assert all(isinstance(result, RecordError) for result in iter_labels(io.BytesIO(line)))


def test_strict_reader_raises_at_the_first_bad_line(tmp_path: Path, record: ImageLabels) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(dump(record) + b"{}\n" + b"[]\n")
    records = read_labels(path)
    assert next(records) == record
    with pytest.raises(RecordError, match=r"labels.jsonl:2: image_id: got only , expected 'image_id' as well"):
        next(records)


def test_fields_of_a_newer_minor_version_are_ignored(record: ImageLabels) -> None:
    content = json.loads(dump(record))
    content["schema_version"] = "1.12"
    content["weather"] = {"sun": True}
    content["mentions"][0]["gaze"] = "left"
    content["foreground"][0]["attributes"][0]["shade"] = "dark"
    assert one(json.dumps(content).encode()) == record.model_copy(update={"schema_version": "1.12"})


def test_newer_minor_version_excuses_no_other_error(record: ImageLabels) -> None:
    content = json.loads(dump(record)) | {"schema_version": "1.12", "weather": 1, "captions": 7}
    error = one(json.dumps(content).encode())
    assert isinstance(error, RecordError)
    assert (error.code, error.field) == ("invalid-value", "captions")


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_labels(tmp_path / "labels.jsonl"))
