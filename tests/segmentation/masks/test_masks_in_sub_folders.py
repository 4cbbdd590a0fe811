"""Images of one name in several sub-folders keep their folders from masks to scores and pages."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from shared_runtime.errors import ExitCode


@pytest.mark.parametrize("processes", [1, 2])
def test_masks_lie_as_their_images_do(small_run: Any, tmp_path: Path, processes: int) -> None:
    images = tmp_path / "images"
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    truth = json.loads(small_run.truth.read_text())
    for number, (record, entry) in enumerate(zip(records, truth["images"], strict=True), 1):
        (images / f"cam{number}").mkdir(parents=True)
        name = f"cam{number}/0001.png"
        shutil.copy(small_run.images / record["file_name"], images / name)
        record["file_name"] = entry["file_name"] = name
    labels, truth_file, masks = tmp_path / "labels.jsonl", tmp_path / "truth.json", tmp_path / "masks"
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    truth_file.write_text(json.dumps(truth))

    def make() -> Any:
        inputs, machine = MaskInputs(small_run.run, [images], labels), MaskMachine("cpu", processes)
        return make_masks(inputs, masks, MaskOptions(refine=Refinement.NONE), machine).counts

    assert make().written == 4
    made = sorted(path.relative_to(masks).as_posix() for path in masks.rglob("*.png"))
    assert made == [f"cam{number}/0001.png" for number in range(1, 5)]
    assert make().present == 4

    run, page = CliRunner(), tmp_path / "page.html"
    done = run.invoke(app, ["evaluate", str(masks), "--truth", str(truth_file), "--json"])
    assert done.exit_code == ExitCode.OK, done.output
    protocol = json.loads(done.stdout)["protocol"]
    assert (protocol["images_scored"], protocol["images_without_mask"]) == (4, 0)
    assert protocol["masks_say_their_classes"]
    assert run.invoke(app, ["report", str(masks), "--truth", str(truth_file), "-o", str(page)]).exit_code == 0
    assert "map of apple, cam3/0001" in page.read_text()
