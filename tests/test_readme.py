"""The README holds: its commands run in order as they are pasted, its record is one, its Python runs."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app as capparse
from shared_schemas import ImageLabels, load_label_space
from shared_schemas.checks import check
from shared_schemas.jsonl import parse
from tests.parsers import parser_of

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


def blocks(language: str, section: str) -> list[str]:
    """The code of one language under a heading."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE)
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(section: str) -> list[list[str]]:
    """What a reader pastes, without comments."""
    lines = [line for block in blocks("", section) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if re.match("cap(parse|seg) ", line)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Captions and annotations by the names of the README."""
    monkeypatch.chdir(tmp_path)
    words = {16: (17, "cat"), 17: (18, "dog"), 58: (63, "couch")}
    images = [{"id": n, "file_name": f"{n:012}.jpg", "height": 8, "width": 8} for n in range(1, 31)]
    captions = [
        {"id": i["id"] * 5 + k, "image_id": i["id"], "caption": f"A black {list(words.values())[i['id'] % 3][1]}"}
        for i in images
        for k in range(5)
    ]
    annotations = [
        {"id": i["id"], "image_id": i["id"], "category_id": list(words.values())[i["id"] % 3][0], "iscrowd": 0,
         "area": 8, "bbox": [0, 0, 4, 4], "segmentation": [[0, 0, 4, 0, 4, 4]]}
        for i in images
    ]  # fmt: skip
    categories = [{"id": number, "name": name} for number, name in words.values()]
    for name, content in (
        ("captions", {"images": images, "annotations": captions}),
        ("instances", {"images": images, "annotations": annotations, "categories": categories}),
    ):
        (tmp_path / f"{name}_val2017.json").write_text(json.dumps(content), "utf-8")
    return tmp_path


def test_the_parsers_commands_run_in_order_and_so_does_the_python_after_them(folder: Path) -> None:
    pasted = commands("Captions → labels")
    assert len(pasted) == 8
    for program, *arguments in pasted:
        assert program == "capparse"
        done = CliRunner().invoke(capparse, arguments)
        assert done.exit_code == 0, (arguments, done.output)
    (python,) = blocks("python", "Captions → labels")
    done = subprocess.run(
        [sys.executable, "-c", python], capture_output=True, text=True, cwd=folder, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert "7 [('cat', 1), ('couch', 1)]\n8 [('dog', 2)]\n" in done.stdout
    assert "person (hyponym" in done.stdout


def test_what_explain_is_said_to_print_is_what_it_prints() -> None:
    shown = blocks("", "Captions → labels")[0]
    command, *expected = shown.splitlines()
    done = CliRunner().invoke(capparse, shlex.split(command)[2:])
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert [line for line in expected if line != "…" and line.rstrip() not in printed] == []


def test_the_files_of_the_segmenters_commands_are_those_that_the_parser_wrote() -> None:
    pytest.importorskip("torch")
    from segmentation.cli import app as capseg

    pasted = commands("Labels → masks")
    assert [command[1] for command in pasted] == ["train-localizer", "make-masks", "evaluate", "report"]
    before = {"val2017", "labels.jsonl", "instances_val2017.json"}
    for _, name, *arguments in pasted:
        files = {word for word in arguments if re.search(r"\d{4}|\.|/|masks", word)} - {"lite0-224"}
        after = set(arguments[arguments.index("-o") + 1 :][:1]) if "-o" in arguments else set()
        assert files - after <= before, "a file that no command before it wrote"
        before |= after
        options = {word for word in arguments if word.startswith("--")}
        help_text = CliRunner().invoke(capseg, [name, "--help"]).output
        assert all(option in help_text for option in options)


def test_the_record_is_one_and_is_what_the_parser_makes() -> None:
    (text,) = blocks("json", "Captions → labels")
    record = parse(text.encode(), ImageLabels)
    assert isinstance(record, ImageLabels), record
    assert list(check(record, load_label_space("coco"))) == []
    (made,) = parser_of(relations=True).label({record.image_id: record.captions})
    assert without_scores(record) == without_scores(made)


def without_scores(record: ImageLabels) -> dict[str, Any]:
    """A retrained model changes scores in their last digits."""
    classes = {"__all__": {"confidence"}}
    return record.model_dump(
        exclude={"foreground": classes, "background": classes, "mentions": {"__all__": {"score"}}}
    )
