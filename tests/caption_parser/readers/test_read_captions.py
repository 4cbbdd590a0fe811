"""What each format gives: image ids, file names, rows, and the order and laziness of reading."""

import gzip
import io
import json
import sys
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, read_captions
from shared_runtime.errors import InputError, UsageError
from tests.caption_parser.readers.reading import read


def test_coco_annotations_in_file_order_with_file_names() -> None:
    document = {
        "info": {"year": 2017},
        "images": [{"id": 7, "file_name": "seven.jpg"}, {"id": 5, "file_name": "five.jpg"}],
        "type": "captions",
        "annotations": [
            {"image_id": 5, "id": 1, "caption": "a dog"},
            {"image_id": 7, "id": 2, "caption": "a cat\n"},
            {"image_id": 5, "id": 1, "caption": "a dog"},
            {"image_id": 8, "id": 3, "caption": "no such image"},
        ],
    }
    assert read(json.dumps(document), "coco") == [
        CaptionRow(5, "a dog", 1, "five.jpg"),
        CaptionRow(7, "a cat ", 2, "seven.jpg"),
        CaptionRow(5, "a dog", 3, "five.jpg"),
        CaptionRow(8, "no such image", 4),
    ]


def test_coco_annotations_before_images_have_no_file_names() -> None:
    content = '{"annotations": [{"image_id": 5, "caption": "a dog"}], "images": [{"id": 5, "file_name": "5.jpg"}]}'
    assert read(content, "coco") == [CaptionRow(5, "a dog", 1)]


def test_coco_image_listed_under_two_names_has_none() -> None:
    images = [{"id": 5, "file_name": name} for name in ("a.jpg", "b.jpg", "a.jpg")]
    document = {"images": [*images, {"id": 6}, 3], "annotations": [{"image_id": 5, "caption": "a dog"}]}
    assert read(json.dumps(document), "coco") == [CaptionRow(5, "a dog", 1)]


def test_coco_with_other_field_names() -> None:
    content = '{"annotations": [{"caption": "no", "text": "a dog", "image": "1.jpg"}]}'
    rows = read(content, "coco", caption_field="text", image_field="image")
    assert rows == [CaptionRow("1.jpg", "a dog", 1, "1.jpg")]


def test_coco_results_are_an_array_of_records() -> None:
    assert read('[{"image_id": 3, "caption": "a dog"}]', "coco") == [CaptionRow(3, "a dog", 1)]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"image_id": 1, "id": 9, "caption": "a dog"}, CaptionRow(1, "a dog", 1)),
        ({"ID": "x1", "TEXT": "a dog"}, CaptionRow("x1", "a dog", 1)),
        ({"image": "a/b.PNG", "alt": "a dog"}, CaptionRow("a/b.PNG", "a dog", 1, "a/b.PNG")),
        ({"image_id": 4, "file_name": "4.jpg", "sentence": "a dog"}, CaptionRow(4, "a dog", 1, "4.jpg")),
        ({"url": "http://a.b/c.jpg", "caption": "a dog"}, CaptionRow("http://a.b/c.jpg", "a dog", 1)),
        ({"caption": "a dog"}, CaptionRow(1, "a dog", 1)),
        ({"caption": "a dog", "text": "not this", "key": "k"}, CaptionRow("k", "a dog", 1)),
        ({"image_id": 1, "file_name": "a\ud83d.jpg", "caption": "a dog"}, CaptionRow(1, "a dog", 1)),
    ],
)
def test_known_fields(record: dict[str, object], expected: CaptionRow) -> None:
    assert read(json.dumps(record), "jsonl") == [expected]


def test_jsonl_list_of_captions_and_blank_lines() -> None:
    content = '{"id": 1, "captions": ["a dog", "a pup"]}\r\n\r\n{"id": 2, "captions": ["a cat"]}'
    assert read(content, "jsonl") == [
        CaptionRow(1, "a dog", 1),
        CaptionRow(1, "a pup", 1),
        CaptionRow(2, "a cat", 3),
    ]


def test_given_fields() -> None:
    content = '{"a": "a dog", "b": "x", "caption": "no"}\n{"a": "a cat", "caption": "no"}\n'
    good, rejected = read(content, "jsonl", caption_field="a", image_field="b")
    assert good == CaptionRow("x", "a dog", 1)
    assert isinstance(rejected, RejectedRow)
    assert rejected.message == "field 'b' is missing (has: a, caption). Try --image-field NAME"


def test_a_misspelt_field_suggests_the_right_one() -> None:
    with pytest.raises(InputError, match=r"<stream>:1: field 'txet' is missing .*Try --caption-field text"):
        read('{"id": 1, "text": "a dog"}', "jsonl", caption_field="txet")


def test_line_breaks_and_tabs_fold_to_one_space_each() -> None:
    rows = read(json.dumps({"caption": "a\tdog\r\non\u2028it"}), "jsonl")
    assert rows == [CaptionRow(1, "a dog  on it", 1)]


def test_csv_quotes_and_rows_over_several_lines() -> None:
    content = 'image,caption,n\r\n1,"a ""big"" dog,\r\nasleep",1\r\n2,a cat,2\r\n'
    assert read(content, "csv") == [CaptionRow("1", 'a "big" dog, asleep', 2), CaptionRow("2", "a cat", 4)]


def test_tsv_takes_quotes_as_they_are() -> None:
    assert read('caption\timage_id\n"a dog\t1\na 5" cat\t2\n', "tsv") == [
        CaptionRow("1", '"a dog', 2),
        CaptionRow("2", 'a 5" cat', 3),
    ]


def test_a_table_without_images() -> None:
    assert read("caption\na dog\n", "csv") == [CaptionRow(2, "a dog", 2)]


def test_numbers_are_columns_of_a_table_without_header() -> None:
    content = "a dog\thttp://x/1\na cat\thttp://x/2\n"
    assert read(content, "tsv", caption_field="1", image_field="2") == [
        CaptionRow("http://x/1", "a dog", 1),
        CaptionRow("http://x/2", "a cat", 2),
    ]
    assert read(content, "tsv", caption_field="1") == [CaptionRow(1, "a dog", 1), CaptionRow(2, "a cat", 2)]


def test_a_header_may_consist_of_numbers() -> None:
    assert read("0,1\n7,a dog\n", "csv", caption_field="1", image_field="0") == [CaptionRow("7", "a dog", 2)]


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(InputError, match="there is no column 3, the line has 2"):
        read("a dog\tx\n", "tsv", caption_field="3")


def test_a_column_number_beside_a_name() -> None:
    with pytest.raises(UsageError, match="--caption-field 1 is a column number, --image-field url is not"):
        read("a dog\tx\n", "tsv", caption_field="1", image_field="url")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-32-le"])
def test_line_ends_and_encodings(end: str, encoding: str) -> None:
    rows = read(f"a café{end}a dog{end}".encode(encoding), "txt")
    assert rows == [CaptionRow(1, "a café", 1), CaptionRow(2, "a dog", 2)]


def test_flickr_file_name_is_the_image_id() -> None:
    assert read("1.jpg#0\ta dog\n1.jpg#1\ta\tpup\n", "flickr") == [
        CaptionRow("1.jpg", "a dog", 1, "1.jpg"),
        CaptionRow("1.jpg", "a pup", 2, "1.jpg"),
    ]


def parquet(columns: dict[str, pa.Array], row_group_size: int = 2) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, row_group_size=row_group_size, compression="none")
    return buffer.getvalue()


def test_parquet_types() -> None:
    columns = {
        "SAMPLE_ID": pa.array([1, 2, None]),
        "captions": pa.array([["a dog", "a pup"], [None], ["a cat"]]),
        "unread": pa.array([1.5, 2.5, 3.5]),
    }
    first, second, null, lacking = read(parquet(columns), "parquet")
    assert (first, second) == (CaptionRow(1, "a dog", 1), CaptionRow(1, "a pup", 1))
    assert isinstance(null, RejectedRow)
    assert (null.row, null.reason, json.loads(null.raw)) == (2, "wrong-type", {"SAMPLE_ID": 2, "captions": [None]})
    assert isinstance(lacking, RejectedRow)
    assert (lacking.row, lacking.reason) == (3, "wrong-type")


def test_parquet_binary_captions_and_dictionaries() -> None:
    captions = pa.array([b"a dog", b"caf\xe9", "a café".encode()])
    names = pa.array(["1.jpg", "1.jpg", "2.jpg"]).dictionary_encode()
    good, bad, last = read(parquet({"caption": captions, "image": names}), "parquet")
    assert (good, last) == (CaptionRow("1.jpg", "a dog", 1, "1.jpg"), CaptionRow("2.jpg", "a café", 3, "2.jpg"))
    assert isinstance(bad, RejectedRow)
    assert (bad.row, bad.reason, json.loads(bad.raw)["caption"]) == (2, "wrong-encoding", "caf\\xe9")


def test_parquet_text_that_is_no_utf_8() -> None:
    captions = pa.array([b"a dog", b"caf\xe9", b"a cat"]).view(pa.string())
    good, bad, last = read(parquet({"caption": captions}, 3), "parquet")
    assert (good, last) == (CaptionRow(1, "a dog", 1), CaptionRow(3, "a cat", 3))
    assert isinstance(bad, RejectedRow)
    assert bad.reason == "wrong-encoding"


def test_parquet_damaged_row_group_costs_itself_only(tmp_path: Path) -> None:
    content = parquet({"caption": pa.array([f"caption number {n}" for n in range(6)])})
    start = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(1).column(0).dictionary_page_offset
    path = tmp_path / "x.parquet"
    path.write_bytes(content[:start] + b"\xff" * 30 + content[start + 30 :])
    rows = list(read_captions(path))
    assert [row.row for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.reason for row in rows if isinstance(row, RejectedRow)] == ["damaged-row-group"] * 2
    assert rows[5] == CaptionRow(6, "caption number 5", 6)


def test_parquet_without_a_caption_column() -> None:
    with pytest.raises(
        InputError, match=r"field 'caption' is missing \(has: id, blurb\). Try --caption-field blurb"
    ):
        read(parquet({"id": pa.array([1]), "blurb": pa.array(["a dog"])}), "parquet")


def test_parquet_column_name_that_is_no_utf_8() -> None:
    content = parquet({"id": pa.array([1]), "caption": pa.array(["a dog"])})
    with pytest.raises(InputError, match="is not a readable Parquet file"):
        read(content.replace(b"caption", b"capt\xe9on"), "parquet")


def tar(*members: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(_folder("folder"))
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def _folder(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.DIRTYPE
    return member


def test_webdataset_samples() -> None:
    content = tar(
        ("./a/001.jpg", "x"), ("./a/001.txt", "a dog\n"), ("./a/001.json", '{"caption": "not this"}'),
        ("002.json", '{"caption": "a cat"}'), ("002.seg.png", "x"),
        ("._003.txt", "not this"),
        ("003.caption", "a bee"),
    )  # fmt: skip
    assert read(content, "webdataset") == [
        CaptionRow("a/001", "a dog", 1, "001.jpg"),
        CaptionRow("002", "a cat", 2, "002.seg.png"),
        CaptionRow("003", "a bee", 3),
    ]


def test_webdataset_caption_field_is_a_member_or_a_json_field() -> None:
    content = tar(
        ("1.txt", "not this"),
        ("1.alt", "a dog"),
        ("2.txt", "not this"),
        ("2.json", '{"alt": ["a cat", "a kitten"]}'),
    )
    assert read(content, "webdataset", caption_field="alt") == [
        CaptionRow("1", "a dog", 1),
        CaptionRow("2", "a cat", 2),
        CaptionRow("2", "a kitten", 2),
    ]


def test_webdataset_takes_no_image_field() -> None:
    with pytest.raises(UsageError, match="--image-field key: the format webdataset has no image field"):
        read(tar(("1.txt", "a dog")), "webdataset", image_field="key")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", b'{"id": "1", "caption": "a dog"}'),
        ("x.NDJSON", b'{"id": "1", "caption": "a dog"}'),
        ("x.csv", b"id,caption\n1,a dog"),
        ("x.tsv", b"id\tcaption\n1\ta dog"),
        ("x.json", b'{"annotations": [{"image_id": "1", "caption": "a dog"}]}'),
        ("x.token.txt", b"1#0\ta dog"),
        ("x.tar", tar(("1.txt", "a dog"))),
        ("x.parquet", parquet({"id": pa.array(["1"]), "caption": pa.array(["a dog"])})),
    ],
)
def test_the_suffix_tells_the_format(name: str, content: bytes, tmp_path: Path) -> None:
    variants = {name: content}
    if not name.endswith(".parquet"):
        variants |= {f"{name}.gz": gzip.compress(content), f"{name}.zst": zstandard.compress(content)}
    for variant, squeezed in variants.items():
        (tmp_path / variant).write_bytes(squeezed)
        (row,) = read_captions(str(tmp_path / variant))
        assert isinstance(row, CaptionRow)
        assert (row.image_id, row.caption) == ("1", "a dog")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(gzip.compress(b"a dog\n"))

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert list(read_captions("-", ReadingOptions(format="txt"))) == [CaptionRow(1, "a dog", 1)]
    assert not Stdin.buffer.closed
    with pytest.raises(UsageError, match="<stdin>: the format cannot be told"):
        read_captions("-")


def test_rows_come_before_the_input_ends() -> None:
    reads = iter([b"a dog\na cat\n", b"a bee\n"])

    class Pipe(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            return next(reads)

    rows = read_captions(Pipe(), ReadingOptions(format="txt"))  # type: ignore[arg-type]
    assert next(rows) == CaptionRow(1, "a dog", 1)


def test_several_inputs_keep_row_number_ids_apart(tmp_path: Path) -> None:
    for name, caption in (("a-0.txt", "a dog"), ("a-1.txt", "a cat")):
        (tmp_path / name).write_text(f"{caption}\n")
    first, second = str(tmp_path / "a-0.txt"), str(tmp_path / "a-1.txt")
    expected = [
        CaptionRow(f"{first}:1", "a dog", 1, source=first),
        CaptionRow(f"{second}:1", "a cat", 1, source=second),
    ]
    assert list(read_captions([first, second])) == expected
    assert list(read_captions(str(tmp_path / "a-{0..1}.txt"))) == expected
    assert list(read_captions(tmp_path / "*.txt")) == expected


def test_a_json_document_larger_than_the_window_with_values_across_its_edges() -> None:
    captions = [f"a dög number {number} \U0001f415" * 40 for number in range(3000)]
    images = [
        {"id": number, "file_name": f"{number}.jpg", "x": [[1, 2], {"y": "]}, {"}]} for number in range(3000)
    ]
    annotations = [{"image_id": number, "caption": caption} for number, caption in enumerate(captions)]
    for escaped in (True, False):
        content = json.dumps({"images": images, "annotations": annotations}, ensure_ascii=escaped)
        rows = read(content, "coco")
        assert rows == [CaptionRow(n, text, n + 1, f"{n}.jpg") for n, text in enumerate(captions)]


def test_the_byte_at_which_json_ends_is_told() -> None:
    content = '{"annotations": [{"image_id": 1, "caption": "a café"}, {"image_id": 2, "cap'
    _, cut = read(content, "coco")
    assert isinstance(cut, RejectedRow)
    assert f"at byte {len(content.encode())}, at element 2 of 'annotations'" in cut.message
    assert cut.raw == '{"image_id": 2, "cap'


@pytest.mark.parametrize(
    "name", ["photo", "filepath", "file", "uid", "imgid", "img_id", "photo_id", "__key__", "Photo", "file_path"]
)
def test_names_of_image_columns(name: str) -> None:
    rows = read(f"{name},caption\nseven,a dog\nseven,a cat\n", "csv")
    assert [row.image_id for row in rows] == ["seven", "seven"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("photo,caption\n7,a dog\n", "csv", "caption = 'caption', image = 'photo'"),
        ('{"text": "a dog", "url": "x"}\n', "jsonl", "caption = 'text', image = 'url'"),
        (
            "snapshot\tcaption\n7\ta dog\n",
            "tsv",
            "caption = 'caption', each row is an image of its own. If captions share one, name its field (has:"
            " snapshot): --image-field NAME",
        ),
        ("a dog\na cat\n", "txt", "each line is an image of its own"),
        ('{"annotations": [{"image_id": 1, "caption": "a"}]}', "coco", "caption = 'caption', image = 'image_id'"),
    ],
)
def test_what_is_taken_for_image_and_caption_is_said_once(content: str, name: str, said: str) -> None:
    notices: list[str] = []
    list(read_captions(io.BytesIO(content.encode()), ReadingOptions(format=name), notices.append))
    assert notices == [f"<stream>: {said}"]


def test_shards_that_are_read_alike_say_it_once(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text("photo,caption\n7,a dog\n")
    notices: list[str] = []
    list(read_captions(str(tmp_path / "*.csv"), notice=notices.append))
    assert notices == [f"{tmp_path / '0.csv'}: caption = 'caption', image = 'photo'"]
