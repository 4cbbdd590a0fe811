"""What messages tell to do next: of folders of images, other encodings, images without names, old labels."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from caption_parser import label_file
from caption_parser.cli import app
from caption_parser.readers import ReadingOptions, read_captions
from caption_parser.runs.summary import describe
from shared_runtime.errors import InputError
from shared_schemas import load_label_space


def test_the_table_of_a_folder_of_images_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "a.jpg").touch()
    (folder / "train" / "metadata.jsonl").write_text('{"file_name": "a.jpg", "text": "A dog"}\n')
    with pytest.raises(InputError, match=f"Try '{folder}/train/metadata.jsonl'"):
        list(read_captions(folder))
    (folder / "test").mkdir()
    (folder / "test" / "metadata.jsonl").touch()
    with pytest.raises(InputError, match=rf"Try '{folder}/\*/metadata.jsonl'"):
        list(read_captions(folder))
    (folder / "captions.csv").touch()
    with pytest.raises(InputError, match=rf"Try '{folder}/\*.csv'"):
        list(read_captions(folder))


def test_a_table_in_latin_1_is_told_with_what_mends_it(tmp_path: Path) -> None:
    table = tmp_path / "captions.csv"
    table.write_bytes("image,caption\n1.jpg,A café\n2.jpg,Another café\n".encode("latin-1"))
    summary = label_file(table, tmp_path / "labels.jsonl")
    (line,) = (line for line in describe(summary) if line.startswith("  encoding"))
    assert line == "  encoding   2 rows not in UTF-8. If they are in Latin-1: iconv -f LATIN1 -t UTF-8 IN > OUT"


@pytest.mark.parametrize("image", [{"bytes": b"\x89PNG", "path": None}, b"\x89PNG"])
def test_images_without_names_are_told(image: object) -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"image": [image] * 2, "caption": ["A dog", "A cat"]}), stream)
    said: list[str] = []
    rows = list(read_captions(io.BytesIO(stream.getvalue()), ReadingOptions(format="parquet"), notice=said.append))
    assert [row.image_id for row in rows] == [1, 2]  # type: ignore[union-attr]
    assert sum("their ids are the numbers of their rows" in one for one in said) == 1


def test_labels_of_another_version_of_a_space_that_ships_are_warned_of(tmp_path: Path) -> None:
    captions, labels = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    captions.write_text("A dog\n")
    label_file(captions, labels)
    assert "warning" not in CliRunner().invoke(app, ["validate", str(labels)]).stderr
    record = json.loads(labels.read_text())
    labels.write_text(json.dumps(record | {"label_space": "coco@00000000"}) + "\n")
    checked = CliRunner().invoke(app, ["validate", str(labels)])
    here = load_label_space("coco").reference
    assert f"made with coco@00000000, and the 'coco' of this version is {here}" in checked.stderr
    assert checked.exit_code == 0
