"""`capseg evaluate-labels`: the scores of a trained network against the classes that images have."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

from segmentation.cli import app
from segmentation.data.images import read_image
from segmentation.localization.run import load_localizer
from shared_runtime.errors import ExitCode
from shared_schemas import load_label_space


def evaluate_labels(small_run: Any, truth: Path, *more: object) -> Result:
    arguments = ("evaluate-labels", small_run.run, "--images", small_run.images, "--truth", truth, *more)
    return CliRunner().invoke(app, [*map(str, arguments), "--device", "cpu"])


@pytest.fixture
def truth(small_run: Any, tmp_path: Path) -> Path:
    """Two of the four images have an apple, one a dog; the others, which are one picture twice, have nothing."""
    coco = load_label_space("coco")
    names = [[], ["apple"], [], ["apple", "dog"]]
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    for record, of_image in zip(records, names, strict=True):
        record["foreground"] = [{"id": coco.by_name[name].id, "name": name, "votes": 1} for name in of_image]
        record["background"] = []
    path = tmp_path / "truth.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def test_scores_are_those_of_the_network_at_its_crop_size(small_run: Any, truth: Path) -> None:
    done = evaluate_labels(small_run, truth, "--json")
    assert done.exit_code == ExitCode.OK, done.stderr
    found = json.loads(done.stdout)
    assert (found["images"], found["classes_in_truth"], len(found["classes"])) == (4, 2, 80)
    localizer = load_localizer(small_run.run)
    coco = load_label_space("coco")
    scores = []
    for path in sorted(small_run.images.iterdir()):
        pixels = np.array(Image.fromarray(read_image(path)).resize((33, 33), Image.Resampling.BILINEAR))
        with torch.no_grad():
            features = localizer.network(torch.from_numpy(pixels).permute(2, 0, 1)[None])
            scores.append(localizer.network.class_scores(features.cls)[0].numpy())
    for name, relevant in (("apple", [1, 3]), ("dog", [3])):
        column = coco.by_name[name].id - 1
        order = sorted(range(4), key=lambda image: -scores[image][column])
        places = [order.index(image) + 1 for image in relevant]
        expected = np.mean([rank / place for rank, place in enumerate(sorted(places), 1)])
        assert found["classes"][column]["average_precision"] == pytest.approx(expected)


def test_a_table_says_what_the_mean_is_over(small_run: Any, truth: Path) -> None:
    lines = evaluate_labels(small_run, truth, "--input-size", 65).stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["class", "dog", "apple", "mean"]
    assert lines[-1] == "4 images; mean over the 2 of 80 classes that one of them has"


def test_images_must_be_there(small_run: Any, truth: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    small_run = small_run._replace(images=tmp_path / "empty")
    failed = evaluate_labels(small_run, truth)
    assert failed.exit_code == ExitCode.FAILURE
