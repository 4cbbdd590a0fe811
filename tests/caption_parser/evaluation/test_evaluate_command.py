import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from caption_parser.cli.evaluate import evaluate_command
from shared_runtime.errors import InputError

Write = Callable[..., Path]
Run = Callable[..., Result]


@pytest.fixture
def run(write_truth: Write, write_predictions: Write, space_file: Path) -> Run:
    """Runs the command on a label file that is right about image 1 and silent about the others."""
    truth = write_truth({"image_id": 1, "category_id": 17}, {"image_id": 2, "category_id": 18, "iscrowd": 1})
    labels = write_predictions({1: {"cat": 1}})
    app = typer.Typer()
    app.command("evaluate")(evaluate_command)

    def run(*options: str) -> Result:
        arguments = [str(labels), "--truth", str(truth), "--label-space", str(space_file), *options]
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return run


def test_json_alone_on_stdout_and_the_protocol_on_stderr(run: Run) -> None:
    result = run("--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["macro"]["miou"] == 0.5
    first, protocol, *_ = result.stderr.splitlines()
    assert (
        first == "2 of 3 images have no label record: scored as nothing predicted; --missing skip leaves them out"
    )
    assert protocol.startswith("protocol: 3 of 3 images of ")
    assert "2 without a record: scored as nothing predicted" in protocol


def test_images_without_a_record_are_left_out_where_asked_for(run: Run) -> None:
    result = run("--json", "--missing", "skip")
    scores = json.loads(result.stdout)
    assert (scores["macro"]["miou"], scores["images"], scores["protocol"]["missing"]) == (1, 1, "skip")
    assert result.stderr.startswith("2 of 3 images have no label record: left out; --missing nothing scores them")
    assert "protocol: 1 of 3 images of " in result.stderr


def test_tables(run: Run) -> None:
    result = run()
    assert ["micro", "0.500", "1.000", "0.500", "–"] in [line.split() for line in result.stdout.splitlines()]
    assert "protocol" not in result.stdout


def test_options_reach_the_function(run: Run, write_predictions: Write) -> None:
    other = write_predictions({1: {"dog": 1}}, "other.jsonl")
    scores = json.loads(run("--json", "--no-crowd", "--min-votes", "2", "--against", str(other)).stdout)
    protocol = scores["protocol"]
    assert (protocol["include_crowd"], protocol["min_votes"], protocol["macro_classes"]) == (False, 2, 1)
    assert scores["macro"]["recall"] == 0
    assert scores["comparison"]["against"] == str(other)


def test_bad_annotations_are_counted_or_refused(run: Run, write_truth: Write) -> None:
    square = [[0, 0, 4, 0, 4, 4, 0, 4]]
    write_truth(
        {"image_id": 1, "category_id": 17, "segmentation": square},
        {"image_id": 1, "category_id": 17, "segmentation": [[1, 2, 3, 4]]},
    )
    result = run()
    assert "1 annotations without a usable mask" in result.stderr
    assert "annotations[1]: got a polygon [1, 2, 3, 4]" in result.stderr
    with pytest.raises(InputError, match=r"annotations\[1\]"):
        run("--strict")


def test_help_shows_examples(run: Run) -> None:
    assert run("--help").stdout.count("capparse evaluate labels.jsonl --truth instances.json") == 2
