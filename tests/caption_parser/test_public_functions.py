"""What the package shows at its top, and that its functions take the options of the commands by their names."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import caption_parser
from caption_parser.cli import COMMANDS, app
from caption_parser.cli.evaluate import evaluate_command
from caption_parser.cli.explain import explain_command
from caption_parser.cli.label import label_command
from caption_parser.commands import LabelFileFields
from caption_parser.config import ParserConfig, ParserFields
from caption_parser.export.find import Query, QueryFields
from caption_parser.export.options import ExportFields, ExportOptions
from caption_parser.model_versions import known_versions
from caption_parser.readers import InputOptions
from caption_parser.readers.inputs import InputFields
from caption_parser.runs.options import RunFields, RunOptions
from shared_runtime.errors import UsageError
from shared_schemas import read_labels
from tests.parsers import parser_of

OF_THE_TERMINAL = {"quiet", "verbose", "as_json"}
OF_SHARDS = {"plan", "shard", "engine", "workers", "engine_option"}
"""Those of `label` that `label_shards` and `run_engine` take."""


def test_dir_shows_what_is_public_and_nothing_else() -> None:
    script = "import caption_parser; print(*(n for n in dir(caption_parser) if not n.startswith('_')))"
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert shown == sorted(caption_parser.__all__)
    assert {"CaptionParser", "evaluate", "explain", "label_file", "load"} <= set(shown)
    assert all(getattr(caption_parser, name).__doc__ for name in shown)


def test_functions_take_the_options_of_the_commands_by_their_names() -> None:
    fields = ParserConfig.model_fields.keys() | InputOptions.model_fields.keys() | RunOptions.model_fields.keys()
    positional = {"sources", "output", "caption"}
    assert inspect.signature(label_command).parameters.keys() - OF_THE_TERMINAL - OF_SHARDS - positional <= fields
    of_explain = inspect.signature(explain_command).parameters.keys() - OF_THE_TERMINAL - positional
    assert {"attributes", "block", "without"} < of_explain <= ParserConfig.model_fields.keys()
    of_evaluate = inspect.signature(evaluate_command).parameters.keys() - OF_THE_TERMINAL
    assert of_evaluate == inspect.signature(caption_parser.evaluate).parameters.keys()


@pytest.mark.parametrize(
    ("fields", "models"),
    [
        (ParserFields, [ParserConfig]),
        (InputFields, [InputOptions]),
        (RunFields, [RunOptions]),
        (ExportFields, [ExportOptions]),
        (QueryFields, [Query]),
        (LabelFileFields, [ParserConfig, InputOptions, RunOptions]),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_editors_complete_the_options_that_there_are(fields: type, models: list[type[BaseModel]]) -> None:
    assert get_type_hints(fields).keys() == {name for model in models for name in model.model_fields}


def test_label_file_takes_options_by_name(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text("A cat\nA dog\n", "utf-8")
    output = tmp_path / "labels.jsonl"
    (tmp_path / "d.txt").write_text("A horse\n", "utf-8")
    both = [tmp_path / "c.txt", tmp_path / "d.txt"]
    caption_parser.label_file(both, output, labeller="exact", limit=1, processes=1)
    (record,) = read_labels(output)
    assert record.captions == ("A cat",)
    config = ParserConfig(labeller="exact")
    again = caption_parser.label_file(both, output, config, inputs=InputOptions(limit=1))
    assert again.images == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"withuot": "implied"},
            r"explain\(withuot=…\): no such option. Did you mean 'without'\? There are: label_",
        ),
        ({"mode": "papper"}, "--mode: got 'papper', expected 'paper' or 'visual'. Did you mean 'paper'"),
        ({"without": "x" * 500}, r"--without: got 'x+… \(502 characters\), expected"),
    ],
)
def test_options_that_do_not_fit_are_named_and_cut(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        caption_parser.explain("A dog", **options)


def test_explain_takes_rules_flags_and_attributes() -> None:
    (man,) = caption_parser.explain("a man surfing", without="implied").nouns
    assert man.phrase == "a man"
    assert [label.name for label in caption_parser.explain("no dogs", block="none").labels.foreground] == ["dog"]
    arguments = ["explain", "no parked car", "--block", "none", "--without", "implied", "--attributes", "verbs"]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    (car,) = json.loads(done.stdout)["labels"]["foreground"]
    assert (car["name"], [attribute["name"] for attribute in car["attributes"]]) == ("car", ["park"])


def test_evaluate_takes_paths_as_text(tmp_path: Path) -> None:
    truth = {
        "images": [{"id": 1, "file_name": "1.jpg", "height": 4, "width": 4}],
        "categories": [{"id": 17, "name": "cat"}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 17,
                "iscrowd": 0,
                "area": 4,
                "bbox": [0, 0, 2, 2],
                "segmentation": [[0, 0, 2, 0, 2, 2]],
            }
        ],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    (tmp_path / "c.txt").write_text("A cat\n", "utf-8")
    output = str(tmp_path / "labels.jsonl")
    caption_parser.label_file(tmp_path / "c.txt", output, labeller="exact")
    evaluation = caption_parser.evaluate(output, str(tmp_path / "truth.json"), crowd=False)
    assert evaluation.micro.iou == 1
    assert not evaluation.protocol.include_crowd


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: caption_parser.CaptionParser(mode="x"), "--mode: got 'x', expected 'paper' or 'visual'"),
        (lambda: caption_parser.CaptionParser(lable_space="voc"), r"CaptionParser\(lable_space=….*'label_space'"),
        (lambda: caption_parser.explain(None), "explain: the caption is null, expected text"),  # type: ignore[arg-type]
        (lambda: caption_parser.scene_graph(b"caf\xe9"), "scene_graph: byte 0xe9"),  # type: ignore[arg-type]
        (lambda: caption_parser.label_file(None, "x.jsonl"), r"label_file\(source\): got None"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_is_a_usage_error(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


def test_texts_of_numpy_are_texts() -> None:
    texts = np.array(["A black cat", "A dog"])
    parser = caption_parser.CaptionParser(senses="first")
    plain = list(parser.label(texts.tolist()))
    assert list(parser.label(texts)) == plain
    (both,) = parser.label({texts[0]: texts})
    assert (both.captions, [label.name for label in both.foreground]) == (tuple(texts.tolist()), ["cat", "dog"])
    assert type(both.image_id) is str
    assert caption_parser.explain(texts[0], senses="first").labels.captions == ("A black cat",)


@pytest.mark.parametrize("fields", [{}, {"mode": "paper"}, {"senses": "first"}], ids=str)
def test_a_repeat_knows_the_models_without_loading_them(
    fields: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = parser_of(**fields)
    assert known_versions(ParserConfig(**fields)) == parser.versions
    (tmp_path / "c.txt").write_text("A cat\n", "utf-8")
    monkeypatch.setattr("caption_parser.pipeline.CaptionParser", lambda _config: parser)
    first = caption_parser.label_file(tmp_path / "c.txt", tmp_path / "x.jsonl", **fields)
    monkeypatch.setattr("caption_parser.pipeline.CaptionParser", None)
    again = caption_parser.label_file(tmp_path / "c.txt", tmp_path / "x.jsonl", **fields)
    assert (first.status, again.status, again.fingerprint) == ("complete", "up to date", first.fingerprint)
    (tmp_path / "c.txt").write_text("A dog\n", "utf-8")
    with pytest.raises(UsageError, match="different captions"):
        caption_parser.label_file(tmp_path / "c.txt", tmp_path / "x.jsonl", **fields)


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "caption_parser", "--help"], capture_output=True, text=True, check=True
    )
    assert "Usage: capparse" in done.stdout
    assert all(command.name in done.stdout for command in COMMANDS)
