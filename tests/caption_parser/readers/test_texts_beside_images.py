"""A folder of images with a text file beside each, as image models are trained on: records join with images."""

from pathlib import Path

import pytest

from caption_parser.config import parser_config
from caption_parser.readers import CaptionRow, RejectedRow, Row, read_captions
from caption_parser.runs.run import label_file
from caption_parser.shards.labelling import label_shards
from caption_parser.shards.merging import merge_shards
from caption_parser.shards.planning import make_plan
from shared_runtime.errors import InputError
from shared_schemas.jsonl import read_labels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders in one; names in both, several captions, none, what looks like no caption, images alone."""
    for name, text in {
        "10_dog/1.txt": "A dog\n\nA dog runs\n",
        "10_dog/2.txt": "",
        "10_dog/3.txt": '{"a": 1}',
        "10_dog/a.b.txt": "sunset.jpg",
        "20_cat/1.txt": "1cat, solo, sitting",
    }.items():
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.with_suffix(".JPG" if name.startswith("2") else ".jpg").write_bytes(b"\xff\xd8")
        path.with_suffix(".json").write_text("{}")
    (tmp_path / "set" / "10_dog" / "4.png").touch()
    return tmp_path / "set"


def good(rows: list[Row]) -> list[tuple[int | str, str, str | None]]:
    return [(row.image_id, row.caption, row.file_name) for row in rows if isinstance(row, CaptionRow)]


def test_the_lines_of_a_text_are_captions_of_the_image_beside_it(folder: Path) -> None:
    rows = list(read_captions(str(folder / "10_dog" / "*.txt")))
    assert good(rows) == [
        (name, caption, name)
        for name, caption in [
            ("1.jpg", "A dog"), ("1.jpg", "A dog runs"), ("3.jpg", '{"a": 1}'), ("a.b.jpg", "sunset.jpg")
        ]
    ]  # fmt: skip
    (rejected,) = (row for row in rows if isinstance(row, RejectedRow))
    assert (rejected.reason, rejected.source) == ("empty-caption", str(folder / "10_dog" / "2.txt"))


def test_of_several_folders_the_name_of_the_folder_is_kept(folder: Path) -> None:
    rows = good(list(read_captions(str(folder / "**" / "*.txt"))))
    assert {image for image, _, _ in rows} == {
        "10_dog/1.jpg", "10_dog/3.jpg", "10_dog/a.b.jpg", "20_cat/1.JPG"
    }  # fmt: skip


def test_a_file_alone_and_files_without_image(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "20_cat")
    assert good(list(read_captions("1.txt"))) == [("1.JPG", "1cat, solo, sitting", "1.JPG")]
    Path("1.JPG").unlink()
    assert good(list(read_captions("1.txt"))) == [(1, "1cat, solo, sitting", None)]


def test_shards_are_those_of_one_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    exact = parser_config(labeller="exact")
    label_file("**/*.txt", tmp_path / "whole.jsonl", exact)
    make_plan("**/*.txt", tmp_path / "plan", captions_per_shard=1)
    label_shards(tmp_path / "plan", config=exact)
    merge_shards(tmp_path / "plan", tmp_path / "merged.jsonl")
    assert (tmp_path / "merged.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert all((folder / str(record.file_name)).exists() for record in read_labels(tmp_path / "whole.jsonl"))


def test_who_gives_the_folder_is_told_the_pattern(folder: Path) -> None:
    with pytest.raises(InputError, match=r"Try '.*10_dog/\*.txt'"):
        list(read_captions(folder / "10_dog"))
    (folder / "20_cat" / "1.txt").unlink()
    (folder / "20_cat" / "captions.csv").touch()
    with pytest.raises(InputError, match=r"Try '.*20_cat/\*.csv'"):
        list(read_captions(folder / "20_cat"))
