"""`capparse formats` lists what is read, and each of its examples is read as it says."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.readers import CaptionRow, ReadingOptions, read_captions
from caption_parser.readers.formats import FORMATS, format_named
from caption_parser.readers.layouts import LAYOUTS, Layout
from shared_runtime.errors import ExitCode

runner = CliRunner()


def test_every_format_and_layout_is_listed_with_an_example() -> None:
    shown = runner.invoke(app, ["formats"])
    assert shown.exit_code == ExitCode.OK
    for name in FORMATS:
        assert f"--format {name}: " in shown.stdout
    for layout in LAYOUTS:
        assert f"\n  {layout.name}\n" in shown.stdout
    assert "'regions[].phrase'" in shown.stdout


def test_one_layout_or_format_and_as_json() -> None:
    assert "left out  answers to other questions" in runner.invoke(app, ["formats", "LLaVA"]).stdout
    entries = json.loads(runner.invoke(app, ["formats", "csv", "--json"]).stdout)
    assert [entry["name"] for entry in entries] == ["csv", "flickr30k", "lists"]
    assert entries[0]["suffixes"] == [".csv"]


def test_an_unknown_name_is_refused() -> None:
    done = runner.invoke(app, ["formats", "lava"])
    assert done.exit_code == ExitCode.USAGE
    assert "Did you mean 'llava'?" in done.stderr


@pytest.mark.parametrize(
    "layout",
    [layout for layout in LAYOUTS if layout.format not in ("parquet", "webdataset")],
    ids=lambda layout: layout.name,
)
def test_the_example_is_read(layout: Layout) -> None:
    content = io.BytesIO(layout.example.encode())
    rows = list(read_captions(content, ReadingOptions(format=layout.format)))
    assert rows
    assert all(isinstance(row, CaptionRow) for row in rows)


@pytest.mark.parametrize(
    ("name", "known"), [("CSV", "csv"), ("json", "coco"), (".tar", "webdataset"), ("wds", "webdataset")]
)
def test_formats_by_other_names(name: str, known: str) -> None:
    assert format_named(name).name == known


def test_explain_reads_a_caption_a_line_from_standard_input() -> None:
    done = runner.invoke(app, ["explain", "-"], input="a black dog\n\na cat on a sofa\n")
    assert done.exit_code == ExitCode.OK
    assert "a black dog" in done.stdout
    assert "a cat on a sofa" in done.stdout
    one = runner.invoke(app, ["explain", "-", "--json"], input="a black dog\n")
    assert json.loads(one.stdout)["caption"] == "a black dog"
    assert runner.invoke(app, ["explain", "-"], input="\n").exit_code == ExitCode.FAILURE


def test_lines_of_standard_input_that_are_no_captions_are_left_out_and_told() -> None:
    content = b"a black dog\ncaf\xe9\nNaN\na cat\n"
    done = runner.invoke(app, ["scene-graph", "-"], input=content)
    assert (done.exit_code, done.stdout) == (ExitCode.PARTIAL, "( dog , is , black )\n\n\n( cat )\n")
    assert "left out: line 2: byte 0xe9" in done.stderr
    assert "left out: line 3: the caption is 'NaN'" in done.stderr
    nothing = runner.invoke(app, ["explain", "-"], input=b"caf\xe9\n")
    assert nothing.exit_code == ExitCode.FAILURE
    assert "no line of it is a caption (line 1: byte 0xe9" in nothing.stderr


def test_a_scene_graph_stands_in_the_line_of_its_caption() -> None:
    content = "a black dog\n\na cat\n"
    done = runner.invoke(app, ["scene-graph", "-"], input=content)
    assert (done.exit_code, done.stdout) == (ExitCode.OK, "( dog , is , black )\n\n( cat )\n")
    done = runner.invoke(app, ["scene-graph", "-", "--json"], input=content)
    dog, nothing, cat = map(json.loads, done.stdout.splitlines())
    assert (dog["objects"][0]["name"], nothing, cat["objects"][0]["name"]) == ("dog", None, "cat")
    assert runner.invoke(app, ["scene-graph", "-"], input="\n\n").exit_code == ExitCode.FAILURE


def test_what_is_left_out_is_counted_and_no_failure(tmp_path: Path) -> None:
    annotations = [
        {"image_id": 1, "caption": "a dog", "is_rejected": False, "is_precanned": False},
        {"image_id": 1, "caption": "spam", "is_rejected": True, "is_precanned": False},
    ]
    path, output = tmp_path / "vizwiz.json", tmp_path / "out.jsonl"
    path.write_text(json.dumps({"annotations": annotations}), "utf-8")
    arguments = ["label", str(path), "-o", str(output), "--labeller", "exact"]
    done = runner.invoke(app, [*arguments, "--strict"])
    assert done.exit_code == ExitCode.OK, done.output
    assert "left out   marked-rejected 1" in done.stderr
    summary = json.loads((tmp_path / "out.jsonl.summary.json").read_text("utf-8"))
    assert (summary["left_out"], summary["rejected"], summary["captions"]) == ({"marked-rejected": 1}, {}, 1)
    assert not (tmp_path / "out.jsonl.rejected.jsonl").exists()
    again = runner.invoke(app, [*arguments, "--overwrite", "--all-captions"])
    assert again.exit_code == ExitCode.OK
    assert json.loads((tmp_path / "out.jsonl.summary.json").read_text("utf-8"))["captions"] == 2


def test_an_empty_document_writes_nothing(tmp_path: Path) -> None:
    path, output = tmp_path / "x.json", tmp_path / "out.jsonl"
    path.write_text("[]", "utf-8")
    done = runner.invoke(app, ["label", str(path), "-o", str(output), "--labeller", "exact"])
    assert done.exit_code == ExitCode.FAILURE
    assert not output.exists()


def test_members_of_archives_by_option(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for name, text in (("1.en.txt", b"a dog"), ("1.de.txt", b"ein Hund")):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    (row,) = read_captions(path, ReadingOptions(caption_field=".en.txt"))
    assert isinstance(row, CaptionRow)
    assert row.caption == "a dog"
