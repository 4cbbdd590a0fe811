"""Labels in the layouts of other programs, against values written by hand."""

import csv
import gzip
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pyarrow import parquet
from typer.testing import CliRunner

from caption_parser import CaptionParser, export_labels, find, label_file, to_arrow
from caption_parser.cli import app
from shared_runtime.errors import InputError, UsageError
from shared_runtime.made_with import space_option
from shared_schemas import ImageLabels, read_labels, write_labels
from tests.caption_parser.export.conftest import QUOTED, Labelled

OUTPUTS = {"coco": "x.json", "odvg": "x.jsonl", "fiftyone": "x.json", "parquet": "x.parquet", "csv": "x.csv"}


def exported(labelled: Labelled, folder: Path, to: str, name: str | None = None, **options: Any) -> Path:
    output = folder / (name or OUTPUTS[to])
    export_labels(labelled.labels, to, output, label_space=labelled.space, overwrite=True, **options)
    return output


def test_coco_has_labels_captions_denials_and_doubt(labelled: Labelled, tmp_path: Path) -> None:
    content = json.loads(exported(labelled, tmp_path, "coco").read_text("utf-8"))
    assert [(category["id"], category["name"]) for category in content["categories"]] == [
        (90, "cat"), (1, QUOTED), (91, "hot dog, large"), (92, "body of water"),
    ]  # fmt: skip
    assert [category["image_count"] for category in content["categories"]] == [1, 1, 1, 1]
    keys = ("id", "file_name", "pos_category_ids", "neg_category_ids", "not_exhaustive_category_ids")
    assert [tuple(image[key] for key in keys) for image in content["images"]] == [
        (7, "a dir/0001.jpg", [90, 92], [], []),
        (3, "b/0001.jpg", [1], [90], [1]),
        (90, "it's é.png", [], [], []),
        (5, "000000000005.jpg", [91], [], [91]),
    ]
    assert content["images"][0]["captions"] == list(labelled.records[0].captions)
    first, *others = content["annotations"]
    assert first == {"id": 1, "image_id": 7, "category_id": 90, "votes": 2, "score": 0.9, "count": 2,
                     "attributes": {"black": 1}}  # fmt: skip
    assert [(entry["id"], entry["image_id"], entry["category_id"]) for entry in others] == [
        (2, 7, 92), (3, 3, 1), (4, 5, 91),
    ]  # fmt: skip


def test_odvg_spans_are_the_words_that_assert(labelled: Labelled, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exported(labelled, tmp_path, "odvg").read_text("utf-8").splitlines()]
    regions = [line["grounding"]["regions"] for line in lines]
    assert [[region["category"] for region in of_line] for of_line in regions] == [
        ["cat", "body of water"], ["cat"], [QUOTED],
    ]  # fmt: skip
    assert regions[0][0] == {"phrase": "black cats", "tokens_positive": [[4, 9], [19, 23]], "category": "cat"}
    for line in lines:
        caption = line["grounding"]["caption"]
        for region in line["grounding"]["regions"]:
            spans = [caption[start:end] for start, end in region["tokens_positive"]]
            assert " ".join(spans) == region["phrase"]


def test_odvg_takes_boxes_where_it_is_clear_which(labelled: Labelled, tmp_path: Path) -> None:
    boxes = [{"id": n, "image_id": 1, "category_id": 1, "bbox": [n, 2, 10, 20]} for n in (1, 2)]
    content = {
        "images": [{"id": 1, "file_name": "a dir/0001.jpg", "height": 48, "width": 64}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": boxes,
    }
    (tmp_path / "boxes.json").write_text(json.dumps(content), "utf-8")
    output = exported(labelled, tmp_path, "odvg", "x.jsonl.gz", boxes=tmp_path / "boxes.json")
    (line,) = map(json.loads, gzip.decompress(output.read_bytes()).splitlines())
    assert (line["filename"], line["height"], line["width"]) == ("a dir/0001.jpg", 48, 64)
    # "two cats" are both; "a cat" may be either, and is left out.
    assert [region["bbox"] for region in line["grounding"]["regions"]] == [[1, 2, 11, 22], [2, 2, 12, 22]]


def test_a_box_on_an_image_that_is_not_listed_is_an_error_that_names_it(
    labelled: Labelled, tmp_path: Path
) -> None:
    box = {"id": 1, "image_id": 2, "category_id": 1, "bbox": [1, 2, 10, 20]}
    content = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [box],
    }
    (tmp_path / "boxes.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match=r"image_id.*got 2"):
        exported(labelled, tmp_path, "odvg", boxes=tmp_path / "boxes.json")


def test_only_a_suffix_is_cut_off_for_fiftyone(labelled: Labelled, tmp_path: Path) -> None:
    names = [
        "v1.0/img1",
        "v1.0/img2",
        "a/.hidden",
        "a.b/c.tar.gz",
        "https://x.org/a?w=1.5",
        "https://x.org/a?w=1.6",
    ]
    records = [labelled.records[0].model_copy(update={"image_id": name, "file_name": None}) for name in names]
    write_labels(tmp_path / "labels.jsonl", records)
    output = tmp_path / "x.json"
    summary = export_labels(tmp_path / "labels.jsonl", "fiftyone", output, label_space=labelled.space)
    assert list(json.loads(output.read_bytes())["labels"]) == [*names[:3], "a.b/c.tar", *names[4:]]
    assert not summary.left_out


def test_csv_and_parquet_say_votes_and_denials(labelled: Labelled, tmp_path: Path) -> None:
    text = exported(labelled, tmp_path, "csv").read_text("utf-8")
    header, *rows = csv.reader(StringIO(text))
    assert header == ["image_id", "file_name", "cat", QUOTED, "hot dog, large", "body of water"]
    assert rows[:3] == [
        ["7", "a dir/0001.jpg", "2", "0", "0", "1"], ["3", "b/0001.jpg", "-1", "1", "0", "0"],
        ["90", "it's é.png", "0", "0", "0", "0"],
    ]  # fmt: skip
    table = parquet.read_table(exported(labelled, tmp_path, "parquet")).to_pylist()
    assert [(row["image_id"], row["class"], row["votes"], row["asserted"]) for row in table] == [
        (7, "cat", 2, True), (7, "body of water", 1, True), (3, QUOTED, 1, True), (3, "cat", 0, False),
        (5, "hot dog, large", 1, True),
    ]  # fmt: skip
    (first, *_) = parquet.read_table(exported(labelled, tmp_path, "parquet", rows="images")).to_pylist()
    assert [(first[f"{side}_count"], first[f"{side}_attributes"]) for side in ("foreground", "background")] == [
        ([2], [["black"]]), ([1], [["gray"]]),
    ]  # fmt: skip
    mentions = parquet.read_table(exported(labelled, tmp_path, "parquet", rows="mentions"))
    assert mentions.column("flags").to_pylist() == [[], [], [], ["uncertain"], ["negated"]]
    assert mentions.equals(to_arrow(labelled.labels, "mentions", label_space=labelled.space))


def test_ids_are_numbers_only_where_all_are(labelled: Labelled) -> None:
    other = labelled.records[0].model_copy(update={"image_id": "x/y"})
    assert to_arrow(labelled.records, label_space=labelled.space).column("image_id").to_pylist() == [7, 3, 90, 5]
    mixed = to_arrow([*labelled.records, other], label_space=labelled.space)
    assert mixed.column("image_id").to_pylist() == ["7", "3", "90", "5", "x/y"]
    assert to_arrow([]).num_rows == 0


@pytest.mark.parametrize("rows", ["images", "classes", "mentions"])
def test_a_table_has_no_names_of_another_label_space(tmp_path: Path, rows: Any) -> None:
    own = tmp_path / "coco.toml"
    own.write_text('name = "coco"\n[[classes]]\nname = "kitty"\nsynsets = ["cat.n.01"]\n', "utf-8")
    records = list(CaptionParser(label_space=str(own), senses="first").label(["a cat"]))
    with pytest.raises(InputError, match="image 1: got foreground class 1, 'kitty', expected 'person'"):
        to_arrow(records, rows)
    assert to_arrow(records, rows, label_space=own).num_rows == 1


def test_a_table_has_no_numbers_of_another_label_space(labelled: Labelled) -> None:
    (record,) = [record for record in labelled.records if record.image_id == 3]
    mention = record.mentions[0].model_copy(update={"label": 5})
    other = record.model_copy(update={"mentions": (mention,)})
    with pytest.raises(InputError, match="got a mention of class 5, expected an id from 1 to 4"):
        to_arrow([other], label_space=labelled.space)


def test_the_same_labels_give_the_same_bytes_and_nothing_is_written_over(
    labelled: Labelled, tmp_path: Path
) -> None:
    for to in (*OUTPUTS, "imagefolder"):
        first, second = (exported(labelled, tmp_path, to, f"{n}{OUTPUTS.get(to, '')}") for n in "12")
        contents = [
            [file.read_bytes() for file in sorted(path.iterdir())] if path.is_dir() else path.read_bytes()
            for path in (first, second)
        ]
        assert contents[0] == contents[1]
        with pytest.raises(UsageError, match="exists already"):
            export_labels(labelled.labels, to, first, label_space=labelled.space)
    before = labelled.labels.read_bytes()
    with pytest.raises(UsageError, match="is the label file"):
        exported(labelled, labelled.labels.parent, "odvg", "labels.jsonl")
    assert labelled.labels.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "coca", "-o", "x.json"], "Did you mean 'coco'?"),
        (["--to", "coco", "-o", "x.csv"], "expected a name that ends in .json"),
        (["--to", "csv", "-o", "x.csv", "--rows", "images"], "--rows means nothing for --to csv"),
        (["--to", "imagefolder", "-o", "-"], "expected a folder"),
        (["--to", "csv", "-o", "x.csv"], "made with label space 'odd', which does not ship"),
    ],
)
def test_what_does_not_fit_is_refused(
    labelled: Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["export", str(labelled.labels), *arguments])
    assert done.exit_code == 2
    assert message in done.output
    assert not list(tmp_path.iterdir())


def test_a_label_space_file_is_found_as_long_as_it_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    space = tmp_path / "farm.json"
    content = json.dumps({"name": "farm", "classes": [{"name": "hen", "synsets": ["hen.n.02"]}]})
    space.write_text(content, "utf-8")
    (tmp_path / "captions.txt").write_text("A hen\nA dog\n", "utf-8")
    label_file("captions.txt", "labels.jsonl", label_space="farm.json", labeller="exact")
    found = [record.image_id for record in find("labels.jsonl", classes="hen")]
    export_labels("labels.jsonl", "csv", "x.csv")
    assert found == [1]
    # Of the records that are found, too.
    command = ["find", "labels.jsonl", "--class", "hen", "--print", "records", "-o", "hens.jsonl"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert space_option("hens.jsonl") == "farm.json"
    export_labels("hens.jsonl", "csv", "hens.csv")
    assert space_option("captions.txt") is None
    assert to_arrow("labels.jsonl", "classes")["class"].to_pylist() == ["hen"]
    with pytest.raises(UsageError, match="is the label space"):
        export_labels("labels.jsonl", "coco", "farm.json", overwrite=True)
    # From elsewhere, beside the labels.
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert [record.image_id for record in find("../labels.jsonl", classes="hen")] == [1]
    monkeypatch.chdir(tmp_path)
    space.write_text(content.replace('"hen.n.02"', '"hen.n.02", "cock.n.04"'), "utf-8")
    with pytest.raises(UsageError, match=r"'farm', by the file farm.json, which is farm@\w+ now, and not farm@"):
        find("labels.jsonl", classes="hen")
    space.unlink()
    with pytest.raises(UsageError, match=r"by the file farm.json, which is not there: give its file as --label-s"):
        export_labels("labels.jsonl", "csv", "y.csv")


def test_damaged_lines_cost_themselves(labelled: Labelled, tmp_path: Path) -> None:
    lines = labelled.labels.read_bytes().splitlines(keepends=True)
    damaged = tmp_path / "labels.jsonl"
    foreign = lines[0].replace(b'"odd@', b'"coco@').replace(b'"image_id":7', b'"image_id":8')
    damaged.write_bytes(b"".join([lines[0], b"{}\n", lines[0], foreign, *lines[1:]]))
    arguments = ["--to", "csv", "-o", "-", "--label-space", str(labelled.space)]
    done = CliRunner().invoke(app, ["export", str(damaged), *arguments])
    assert done.exit_code == 3
    assert len(done.stdout.splitlines()) == 5
    for words in ("line 2: ", "line 3: image 7 was there before", "line 4: "):
        assert f"left out: {words}" in done.stderr
    damaged.write_bytes(b"{}\n")
    with pytest.raises(InputError, match="got no usable record"):
        export_labels(damaged, "csv", tmp_path / "x.csv")


def test_images_are_found_by_what_captions_say(labelled: Labelled) -> None:
    def found(**query: Any) -> list[int | str]:
        return [record.image_id for record in find(labelled.labels, label_space=labelled.space, **query)]

    assert found() == [7, 3, 90, 5]
    assert found(classes=["CAT"], attributes=["black"]) == [7]
    assert found(classes=["cat"], attributes=["black"], min_votes=2) == []
    assert found(classes=["cat"], min_votes=2) == found(classes=["cat", "body of water"]) == [7]
    assert found(any_of=["cat", QUOTED]) == [7, 3]
    assert found(any_of=["cat", QUOTED], min_confidence=0.5) == [7]
    assert found(without=["cat"]) == [3, 90, 5]
    assert found(denied=["cat"]) == [3]
    assert found(any_of=["cat", "hot dog, large"], min_count=2) == [7, 5]
    assert found(text="SHINY") == [7]
    assert found(classes="cat") == [7]
    for query, message in (
        ({"classes": ["cta"]}, "--class: got 'cta', .*space odd: cat, .*Did you mean 'cat'"),
        ({"any_of": ["cta"]}, "--any: got 'cta'"),
        ({"denied": ["zebu"]}, "--denied: got 'zebu'"),
        ({"attributes": ["blak"]}, "--attribute: got 'blak', .*: black, gray, grey. Did you mean 'black'"),
        ({"attributes": [""]}, "--attribute: got ''"),
        ({"min_votes": 2}, "--min-votes 2 is said of the classes"),
        ({"without": ["cat"], "min_confidence": 0.5}, "--min-confidence 0.5 is said of"),
    ):
        with pytest.raises(UsageError, match=message):
            found(**query)


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, zstandard.compress])
def test_standard_input_is_read_as_the_file_is(
    labelled: Labelled, tmp_path: Path, squeeze: Callable[[bytes], bytes]
) -> None:
    content = squeeze(labelled.labels.read_bytes())
    space = ["--label-space", str(labelled.space)]
    found = CliRunner().invoke(app, ["find", "-", "--without", "cat", *space], input=content)
    assert (found.exit_code, found.stdout) == (0, "3\n90\n5\n")
    output = tmp_path / "x.csv"
    done = CliRunner().invoke(app, ["export", "-", "--to", "csv", "-o", str(output), *space], input=content)
    assert (done.exit_code, done.stderr) == (0, f"{output}: 4 images, 6 captions\n")
    assert output.read_bytes() == exported(labelled, tmp_path, "csv", "y.csv").read_bytes()


def test_found_records_are_a_label_file_again(labelled: Labelled, tmp_path: Path) -> None:
    query = ["find", str(labelled.labels), "--label-space", str(labelled.space), "--without", "cat"]
    done = CliRunner().invoke(app, [*query, "--print", "files"])
    assert (done.stdout, done.stderr) == ("b/0001.jpg\nit's é.png\n000000000005.jpg\n", "3 of 4 images\n")
    output = tmp_path / "found.jsonl.gz"
    assert (
        CliRunner().invoke(app, [*query, "--print", "records", "-o", str(output), "--limit", "2"]).exit_code == 0
    )
    assert list(read_labels(output)) == labelled.records[1:3]


def test_a_batch_of_rows_gets_columns() -> None:
    parser = CaptionParser(labeller="exact")
    batch = {"text": ["A cat", ["a dog", "a dog and a cat"], "nothing"], "n": [1, 2, 3]}
    columns = parser.label_batch(batch, "text")
    assert columns["foreground"] == [["cat"], ["cat", "dog"], []]
    assert columns["foreground_votes"] == [[1], [1, 2], []]
    assert columns == parser.label_batch({"caption": batch["text"]})
    with pytest.raises(UsageError, match=r"got the columns \['n'\]"):
        parser.label_batch({"n": [1]})


def test_what_is_wrong_is_said_before_the_first_record_is_asked_for(labelled: Labelled, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent"):
        find(tmp_path / "absent.jsonl", classes="cat")
    with pytest.raises(UsageError, match="'dragon'"):
        find(labelled.labels, label_space=labelled.space, classes="dragon")
    assert next(find(labelled.labels, label_space=labelled.space, classes="cat")).image_id == 7


def test_records_come_back_whole_from_rows(labelled: Labelled) -> None:
    """Each class of each record, by hand-made loops."""
    rows = to_arrow(labelled.records, "classes", label_space=labelled.space).to_pylist()
    by_image: dict[Any, list[tuple[int, int]]] = {}
    for row in rows:
        if row["asserted"]:
            by_image.setdefault(row["image_id"], []).append((row["class_id"], row["votes"]))

    def own(record: ImageLabels) -> list[tuple[int, int]]:
        return [(label.id, label.votes) for label in (*record.foreground, *record.background)]

    assert by_image == {record.image_id: own(record) for record in labelled.records if own(record)}
