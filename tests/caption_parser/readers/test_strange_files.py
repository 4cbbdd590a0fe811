"""Files that are no captions as they stand: refused with the line that helps, and that line helps."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from caption_parser.readers import CaptionRow, ReadingOptions, RejectedRow, read_captions
from caption_parser.readers.checks import looks_like_a_name
from caption_parser.readers.conversations import asks_for_a_description
from caption_parser.readers.values import written_list
from shared_runtime.errors import InputError, UsageError
from tests.caption_parser.readers.layouts.making import as_json, as_lines, as_parquet, as_tar, region, turns

VG = {"id": 61, "regions": [region(1, "a lamp")]}
QUESTION = {"image": "7.jpg", "conversations": turns("<image>\nHow many dogs are there?", "Two.")}
COLUMNS = {"image_urls": ["a", "b"], "captions": ["A dog"]}

REFUSED: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "csv-without-header": ("x.csv", b"1.jpg,A dog runs\n2.jpg,A cat sleeps\n", {}, "seems to be no header"),
    "csv-without-header-by-name": ("x.csv", b"1.jpg,A dog\n", {"caption_field": "A dog"}, "to be no header"),
    "numbers-swapped": ("x.csv", b"1.jpg,A dog\n", {"caption_field": "1", "image_field": "2"}, "names or numbers"),
    "urls-as-captions": ("x.tsv", b"url\ttext\nhttp://a/1\tA dog\n", {"caption_field": "url"}, "names or numbers"),
    "ids-as-captions": ("x.jsonl", as_lines({"id": "12", "alts": "A dog"}), {"caption_field": "id"}, "('12')"),
    "unknown-delimiter": ("x.csv", b"image~caption\n1.jpg~A dog\n2.jpg~A cat\n", {}, "'~' seems to part several"),
    "unknown-delimiter-by-name": (
        "x.csv",
        b"image~caption\n1.jpg~A dog\n2.jpg~A cat\n",
        {"caption_field": "image~caption"},
        "'~' seems to part several",
    ),
    "numbers-for-names": ("x.csv", b"image,caption\n1.jpg,A dog\n", {"caption_field": "2"}, "is a header"),
    "half-pairs": (
        "x.txt",
        b"1.jpg A dog\n2.jpg A cat\nA bee\n",
        {},
        "2 of the first 3 lines begin with an image",
    ),
    "a-list-of-images": ("x.txt", b"train/1.jpg\ntrain/2.jpg\n", {}, "are names or numbers ('train/1.jpg'"),
    "table-as-text": ("x.txt", b"12\tA dog\n13\tA cat\n", {}, "seems to be a table (columns parted by tab)"),
    "lines-of-json": ("x.txt", as_lines({"image": 1, "caption": "A dog"}), {}, "holds JSON, not text"),
    "json-in-text": ("x.txt", b'{\n "annotations": []\n}\n', {}, "Try --format coco"),
    "path-misspelt": ("x.json", as_json([VG]), {"caption_field": "regions[].phrse"}, "has: regions[].region_id"),
    "path-without-brackets": (
        "x.json",
        as_json([VG]),
        {"caption_field": "regions.phrase"},
        "Try regions[].phrase",
    ),
    "last-name-alone": (
        "x.json",
        as_json([VG]),
        {"caption_field": "phrase"},
        "Try --caption-field regions[].phrase",
    ),
    "nested-and-unknown": ("x.json", as_json({"rows": [{"row": {"blurb": "A dog"}}]}), {}, "rows[].row.blurb"),
    "two-arrays": (
        "x.json",
        as_json({"train": [{"caption": "A dog"}], "val": [{"caption": "A cat"}]}),
        {},
        "both 'train' and 'val' hold captions",
    ),
    "questions-alone": ("x.json", as_json([QUESTION]), {}, "--all-captions"),
    "arrays-of-two-lengths": ("x.json", as_json(COLUMNS), {}, "'image_urls' has 2 elements, 'captions' 1"),
    "several-texts-in-a-sample": (
        "x.tar",
        as_tar(("1.a.txt", "A dog"), ("1.b.txt", "Ein Hund")),
        {},
        "a.txt, b.txt",
    ),
    "lfs-pointer": (
        "x.csv",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n",
        {},
        "git lfs pull",
    ),
    "lfs-pointer-for-parquet": ("x.parquet", b"version https://git-lfs.github.com/spec/v1\n", {}, "git lfs pull"),
    "web-page": ("x.txt", b"<!DOCTYPE html>\n<html><body>404</body></html>\n", {}, "is a web page"),
    "zip": ("x.csv", b"PK\x03\x04\x14\x00\x00\x00", {}, "is a zip archive"),
    "parquet-named-csv": ("x.csv", as_parquet([{"caption": "A dog"}]), {}, "--format parquet"),
    "pickle": ("x.jsonl", b"\x80\x04\x95\x0b\x00", {}, "is a Python pickle"),
    "tar-named-txt": ("x.txt", as_tar(("1.txt", "A dog")), {}, "--format webdataset"),
    "languages": (
        "x.jsonl",
        as_lines({"image": "1.jpg", "caption": {"en": "A dog"}}),
        {},
        "--caption-field caption.NAME",
    ),
    "arrays-of-splits": ("x.json", as_json({"split2014": ["A dog", "A cat"]}), {}, "split2014[]"),
    "nested-struct": ("x.parquet", as_parquet([{"annotation": {"caption": "A dog"}}]), {}, "annotation.caption"),
    "parquet-that-is-none": ("x.csv", b"image,caption\n1,A dog\n", {"format": "parquet"}, "is not a Parquet file"),
    "captions-as-csv": ("x.txt", b"A dog\nA cat\n", {"format": "csv"}, "Try --caption-field 'A dog', if"),
    "columns-of-one-name": ("x.csv", b"id,caption,caption\n1,A dog,A cat\n", {}, "several columns are called"),
    "columns-of-one-name-in-other-letters": (
        "x.jsonl",
        as_lines({"id": 1, "caption": "A dog", "Caption": "A cat"}),
        {},
        "Say which: --caption-field Caption",
    ),
    "column-nought": ("x.csv", b"1.jpg,A dog\n", {"caption_field": "0"}, "counted from 1"),
    "array-named-jsonl": ("x.jsonl", b'[\n {"caption": "A dog"}\n]\n', {}, "Try --format coco"),
    "array-on-a-line-named-jsonl": ("x.jsonl", b'[{"caption": "A dog"}]\n', {}, "Try --format coco"),
    "python-for-json": (
        "x.json",
        b"{'1.jpg': 'A dog'}",
        {},
        "\"'1.jpg': 'A dog'}\" at byte 1, expected a name in",
    ),
    "bzip2-of-unknown-suffix": ("x.txt.bz2", b"BZh91AY&SY", {}, "compressed with bzip2"),
    "spreadsheet": ("x.xlsx", b"PK\x03\x04\x14\x00\x00\x00", {}, "a zip archive (or a spreadsheet)"),
    "parquet-path": (
        "x.parquet",
        as_parquet([{"meta": {"blurb": "A dog", "n": 1}}]),
        {"caption_field": "meta.text"},
        "has: meta, meta.blurb, meta.n",
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_it_is_refused_and_says_why(code: str, tmp_path: Path) -> None:
    name, content, options, message = REFUSED[code]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises((InputError, UsageError)) as raised:
        list(read_captions(path, ReadingOptions(**options)))
    assert message in str(raised.value)
    assert str(path) in str(raised.value)


HELPED = {
    "columns-of-one-name-in-other-letters": [(1, "A cat")],
    "array-named-jsonl": [(1, "A dog")],
    "array-on-a-line-named-jsonl": [(1, "A dog")],
    "csv-without-header": [("1.jpg", "A dog runs"), ("2.jpg", "A cat sleeps")],
    "table-as-text": [("12", "A dog"), ("13", "A cat")],
    "lines-of-json": [(1, "A dog")],
    "numbers-for-names": [("1.jpg", "A dog")],
    "last-name-alone": [(61, "a lamp")],
    "several-texts-in-a-sample": [("1", "A dog")],
    "questions-alone": [("7.jpg", "Two.")],
    "web-table": [("http://a/1.jpg", "A red sofa in a room"), ("http://a/2.jpg", "A dog")],
}
WEB_TABLE = ("x.tsv", b"A red sofa in a room\thttp://a/1.jpg\nA dog\thttp://a/2.jpg\n", {}, "")


@pytest.mark.parametrize("code", HELPED)
def test_following_the_hint_reads_the_file(code: str, tmp_path: Path) -> None:
    name, content, _, _ = WEB_TABLE if code == "web-table" else REFUSED[code]
    path = tmp_path / name
    path.write_bytes(content)
    options = REFUSED[code][2] if code in REFUSED else {}
    with pytest.raises(InputError) as raised:
        list(read_captions(path, ReadingOptions(**options)))
    words = iter(shlex.split(str(raised.value).replace("reads them all; capparse", "")))
    hinted: dict[str, Any] = {}
    for word in words:
        if word == "--all-captions":
            hinted["all_captions"] = True
        elif word in ("--caption-field", "--image-field", "--format"):
            hinted[word.removeprefix("--").replace("-", "_")] = next(words)
    rows = list(read_captions(path, ReadingOptions(**hinted)))
    assert [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)] == HELPED[code]


def test_an_image_of_several_values_rejects_the_row(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(as_json([{"alt": "A dog", "regions": [{"n": 1}, {"n": 2}]}]))
    (row,) = read_captions(path, ReadingOptions(caption_field="alt", image_field="regions[].n"))
    assert isinstance(row, RejectedRow)
    assert (row.reason, row.message) == ("wrong-type", "'regions[].n' names several values for each caption")


def test_a_damaged_region_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    record = {"id": 61, "regions": [region(1, "a lamp"), {"phrase": 5}, {"phrase": ""}, region(4, "a bench")]}
    path.write_bytes(as_json([record, {"id": 62, "regions": []}, {"id": 63, "regions": [region(5, "a door")]}]))
    rows = list(read_captions(path))
    assert [row.caption for row in rows if isinstance(row, CaptionRow)] == ["a lamp", "a bench", "a door"]
    assert [(row.row, row.reason) for row in rows if isinstance(row, RejectedRow)] == [
        (1, "wrong-type"),
        (1, "empty-caption"),
        (2, "empty-caption"),
    ]


def test_a_damaged_line_of_a_pipe_table_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("image_name| comment_number| comment\n1.jpg| 0| A dog\n2.jpg| 4   A cat\n3.jpg| 0| A bee\n")
    rows = list(read_captions(path))
    assert [row.caption for row in rows if isinstance(row, CaptionRow)] == ["A dog", "A bee"]
    assert [(row.row, row.reason) for row in rows if isinstance(row, RejectedRow)] == [(3, "wrong-column-count")]


def test_a_list_that_is_cut_is_rejected_and_a_bracket_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("image,captions\n1.jpg,\"['A dog', 'A pup\"\n2.jpg,[unknown] at the beach\n")
    cut, good = read_captions(path)
    assert isinstance(cut, RejectedRow)
    assert (cut.row, cut.reason) == (2, "malformed-line")
    assert good == CaptionRow("2.jpg", "[unknown] at the beach", 3, "2.jpg")


def test_another_column_that_repeats_is_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,url,caption\n1,http://a/1,A dog\n2,http://a/1,A pup\n3,http://a/2,A cat\n")
    notices: list[str] = []
    list(read_captions(path, notice=notices.append))
    assert "'id' differs on every row, 'url' repeats: if it names the image, --image-field url" in notices[0]


def test_captions_that_are_all_of_one_image_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("image,caption\n" + "0,A dog runs\n" * 100)
    notices: list[str] = []
    assert len(list(read_captions(path, notice=notices.append))) == 100
    assert "all 100 captions are of one image, '0'" in notices[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["a dog", "a cat"]', ["a dog", "a cat"]),
        ("['a dog', \"it's a cat\"]", ["a dog", "it's a cat"]),
        ("['a dog' 'a cat'\n 'a bee']", ["a dog", "a cat", "a bee"]),
        ("('a dog', 'a cat')", ["a dog", "a cat"]),
        ("[[1, 2]]", None),
        ("[a dog]", None),
        ("(left) a dog", None),
        ("['90s car]", None),
        ('("Fido") a dog', None),
        ("a dog ['x']", None),
    ],
)
def test_lists_that_are_written_as_text(text: str, expected: list[str] | None) -> None:
    assert written_list(text) == expected


DESCRIBING = [
    "<image>", "", "<image>\nDescribe it concisely.", "Offer a succinct explanation of the picture presented.",
    "Give a short and clear explanation of the subsequent image.", "Share a concise interpretation of the image.",
    "Relay a brief, clear account of the picture shown.\n<image>", "Write a terse but informative summary of it.",
    "What is this photo about?", "Hi! What do you see?", "Break down the scene for me",
    "Could you describe the contents of this image for me?", "What's going on in this picture?",
    "Walk me through the picture.", "Provide a one-sentence caption for the provided image.",
    "Analyze the image in a comprehensive and detailed manner.", "Please caption this.",
    "Render a clear and concise summary of the photo.", "What is in the photo?", "What does this image show?",
]  # fmt: skip
ASKING = [
    "What colour is the bus?", "How many people are there?", "Is there a dog in the image?", "Where is the cat?",
    "What is the man holding?", "Why might this be unusual?", "What challenges might the rider face?",
    "Please provide the bounding box coordinate of the region this sentence describes: a lamp",
    "What brand is shown?\nAnswer the question using a single word or phrase.", "Write a poem about spring.",
    "Which option fits? Answer with the option's letter.", "What time of day does it seem to be?",
    "Who wrote this book?", "Can you read the sign?", "Does the image contain a zebra? Answer yes or no.",
]  # fmt: skip


@pytest.mark.parametrize("question", DESCRIBING)
def test_it_asks_for_a_description(question: str) -> None:
    assert asks_for_a_description(question)


@pytest.mark.parametrize("question", ASKING)
def test_it_asks_something_else(question: str) -> None:
    assert not asks_for_a_description(question)


@pytest.mark.parametrize(
    "text", ["1.jpg", "a/b c.png", "http://a.b/c", "12", "3.5", "0a1b2c3d4e5f6a7b8c9d", "12-13"]
)
def test_names(text: str) -> None:
    assert looks_like_a_name(text)


@pytest.mark.parametrize(
    "text", ["Dog", "dog.", "a dog 7", "犬", "?!", "Dog/cat", "IMG of a dog", "3D", "The end.jpg is here"]
)
def test_words_are_no_names(text: str) -> None:
    assert not looks_like_a_name(text)
