"""Any bytes in any format give rows, each good or rejected with its reason, or one error that names the input."""

import io
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caption_parser import CaptionParser, label_file
from caption_parser.given import ColumnChoice, images_of
from caption_parser.readers import CaptionRow, ReadingOptions, read_captions
from caption_parser.readers.checks import checked_caption, checked_image_id
from caption_parser.readers.formats import FORMATS
from caption_parser.readers.rows import RowError
from caption_parser.readers.values import written_list
from shared_runtime.errors import CapparseError
from shared_schemas import load_label_space, read_labels
from shared_schemas.checks import validate
from tests.fuzz.examples import fuzz

FIELD = st.sampled_from(
    ("caption captions text texts image_id image id file_name annotations images path conversations messages"
     " from value role content regions phrase sentences raw is_rejected data bytes 1.jpg").split()
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["gpt", "human"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELD | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ROW = st.dictionaries(FIELD, JSON, max_size=5)
LINES = st.lists(ROW.map(json.dumps) | st.text(max_size=40), max_size=6).map("\n".join)
DOCUMENT = st.dictionaries(FIELD, st.lists(ROW, max_size=4) | JSON, max_size=4).map(json.dumps)
TABLE = st.lists(
    st.lists(
        st.text(max_size=8) | st.sampled_from(["caption", "image_id", '"', '""', ",", "\t", "\r\n"]), max_size=4
    ),
    max_size=6,
).map(lambda rows: "\n".join(",".join(row) for row in rows))
HEADED = TABLE.map(lambda rest: f"image_id,caption\n{rest}")
MAGIC = st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"PAR1"])
CONTENT = (
    st.one_of(
        LINES,
        DOCUMENT,
        ROW.map(json.dumps),
        TABLE,
        HEADED,
        st.builds(lambda text, delimiter: text.replace(",", delimiter), HEADED, st.sampled_from("\t;|~")),
        TABLE.map(lambda text: text.replace(",", ".jpg : ")),
    ).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.binary(max_size=200)
    | st.builds(lambda magic, rest: magic + rest, MAGIC, st.binary(max_size=60))
)


PATH = st.none() | st.text("ab.[]=0", max_size=12) | st.sampled_from(
    "caption regions[].phrase conversations[from=gpt].value images[].sentences[].raw captions[0] 1 9".split()
)  # fmt: skip


@fuzz
@given(CONTENT, st.sampled_from(list(FORMATS)), PATH, PATH, st.booleans())
def test_any_path_into_any_bytes_gives_rows_or_an_error(
    content: bytes, name: str, caption: str | None, image: str | None, everything: bool
) -> None:
    reading = ReadingOptions(format=name, caption_field=caption, image_field=image, all_captions=everything)
    try:
        for row in read_captions(io.BytesIO(content), reading):
            assert isinstance(row, CaptionRow) or row.message
    except CapparseError:
        return


@fuzz
@given(st.text("[]()'\",\\ ab\n", max_size=30) | st.text(max_size=20))
def test_any_text_is_a_list_or_none_or_a_damaged_one(text: str) -> None:
    with suppress(RowError):
        texts = written_list(text)
        assert texts is None or isinstance(texts, list)


@fuzz
@given(CONTENT, st.sampled_from(list(FORMATS)))
@example(b'{"annotations": [{"image_id": 1e400, "caption": "a"}]}', "coco")
@example(b'{"image_id": 1, "caption": "\\ud800"}', "jsonl")
@example(b'{"caption":[],"is_rejected":[]}', "jsonl")
@example(b'{"caption":' + b"[" * 600 + b'"a dog"' + b"]" * 600 + b"}", "jsonl")
@example(b'{"7.jpg":' + b"[" * 600 + b"]" * 600 + b"}", "coco")
@example(b'{"a":' * 600 + b"[]" + b"}" * 600, "coco")
@example(b"\xff\xfe\x00", "csv")
def test_any_bytes_give_rows_or_an_error(content: bytes, name: str) -> None:
    try:
        rows = list(read_captions(io.BytesIO(content), ReadingOptions(format=name)))
    except CapparseError:
        return
    for row in rows:
        assert row.row >= 1
        if isinstance(row, CaptionRow):
            assert checked_caption(row.caption) == row.caption
            assert checked_image_id(row.image_id) == row.image_id
        else:
            assert row.reason
            assert row.message


SUFFIXES = {"coco": ".json", "flickr": ".token", "webdataset": ".tar"}


@fuzz
@given(content=CONTENT, name=st.sampled_from(list(FORMATS)))
def test_a_run_over_any_bytes_writes_a_valid_file_or_ends_with_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    with TemporaryDirectory(dir=tmp_path_factory.getbasetemp()) as folder:
        source = Path(folder) / f"in{SUFFIXES.get(name, f'.{name}')}"
        output = Path(folder) / "out.jsonl"
        source.write_bytes(content)
        try:
            summary = label_file(source, output, labeller="exact", processes=1)
        except CapparseError:
            return
        if summary.status == "nothing labelled":
            assert summary.images == 0
            assert not output.exists()
            return
        assert list(validate(output, load_label_space("coco"))) == []
        assert sum(1 for _ in read_labels(output)) == summary.images


@fuzz
@given(
    st.dictionaries(st.integers() | st.text(max_size=6), JSON, max_size=4)
    | st.lists(st.tuples(JSON, JSON) | JSON | ROW, max_size=5)
    | ROW
    | JSON
)
@example([])
@example({"caption": [], "image_id": []})
@example([{}])
@example([{"caption": {"a": 1}, "image_id": 1}])
def test_anything_given_to_label_is_labelled_rejected_or_refused(source: Any) -> None:
    try:
        images = list(images_of(source, ColumnChoice(), on_rejected=lambda row: row.message))
    except CapparseError:
        return
    for image in images:
        assert image.captions
        assert all(checked_caption(caption) == caption for caption in image.captions)


def test_nothing_given_is_an_error_of_ours_too() -> None:
    for nothing in (None, 5, 1.5, object()):
        with pytest.raises(CapparseError, match="expected captions"):
            CaptionParser(labeller="exact").label(nothing)  # type: ignore[arg-type]
