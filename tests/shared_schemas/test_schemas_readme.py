"""The examples of the README are right."""

import json
import re
from pathlib import Path

import pytest

from shared_schemas import ImageLabels, dump, load_label_space, write_labels
from shared_schemas.checks import check
from shared_schemas.jsonl import parse

README = Path(__file__).resolve().parents[2] / "shared_schemas" / "README.md"


def example(language: str) -> str:
    block: str
    (block,) = re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return block


@pytest.fixture
def record() -> ImageLabels:
    parsed = parse(example("json").encode(), ImageLabels)
    assert isinstance(parsed, ImageLabels)
    return parsed


def test_record_is_one_of_coco_but_for_the_invented_hash(record: ImageLabels) -> None:
    assert [p.code for p in check(record, load_label_space("coco"))] == ["other-label-space"]
    assert json.loads(dump(record)) == json.loads(example("json"))
    spans = [(record.captions[m.caption][m.start : m.end], m.head) for m in record.mentions]
    assert spans == [("cat", "cat"), ("chairs", "chairs"), ("cat", "cat")]


def test_python_prints_the_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], record: ImageLabels
) -> None:
    monkeypatch.chdir(tmp_path)
    write_labels("labels.jsonl.gz", [record])
    exec(example("python"), {})
    assert capsys.readouterr().out == "139 ['cat', 'chair']\n"


def test_label_space_loads(tmp_path: Path) -> None:
    (tmp_path / "kitchen.toml").write_text(example("toml"), "utf-8")
    kitchen = load_label_space(tmp_path / "kitchen.toml")
    assert [c.name for c in kitchen.classes] == ["cup", "stop sign", "shelf"]
