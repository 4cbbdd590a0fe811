"""Runs go on from wherever a command is given: files count by what they say, not by how they are spelled."""

import json
import os
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.runs.folder import RunFolder
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.run import train_segmenter
from segmentation.training.config import MachineOptions, TrainingConfig
from shared_runtime.errors import UsageError

MACHINE = MachineOptions(device="cpu", workers=0)


@pytest.fixture
def folder(small_run: Any, tmp_path: Path) -> Path:
    """A label space of its own beside labels of it."""
    text = (files("shared_schemas") / "spaces" / "coco.toml").read_text("utf-8")
    (tmp_path / "fruit.toml").write_text(text.replace('name = "coco"', 'name = "fruit"', 1))
    lines = small_run.labels.read_text().replace('"coco@', '"fruit@')
    (tmp_path / "labels.jsonl").write_text(lines)
    shutil.copytree(small_run.images, tmp_path / "images")
    return tmp_path


def train(folder: Path, output: Path, label_space: str) -> Any:
    values = {
        **{"backbone": "tiny", "weights": "random", "label_space": label_space, "crop": {"size": 33}},
        "network": {"d_cls": 8, "d_attr": 8, "d_comp": 8},
        "training": {"epochs": 1, "batch_size": 2},
    }
    config = LocalizerConfig.model_validate(values)
    return train_localizer([folder / "images"], folder / "labels.jsonl", output, config, MACHINE).training


def test_a_run_goes_on_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert train(folder, Path("run"), "fruit.toml") is not None
    (folder / "deep").mkdir()
    shutil.copyfile("fruit.toml", folder / "deep" / "copy.toml")
    monkeypatch.chdir(folder / "deep")
    for spelled in ("../fruit.toml", str(folder / "fruit.toml"), "copy.toml"):
        assert train(folder, folder / "run", spelled) is None
    text = (folder / "fruit.toml").read_text()
    (folder / "fruit.toml").write_text(text.replace('name = "toothbrush"', 'name = "tooth_brush"', 1))
    # Last it was given as a copy, which says what it said.
    with pytest.raises(
        UsageError, match=r'config\.label_space: ".*copy\.toml" in the folder, ".*fruit\.toml" asked'
    ):
        train(folder, folder / "run", "../fruit.toml")


def test_runs_of_earlier_versions_go_on_from_where_they_were_begun(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert train(folder, Path("run"), "fruit.toml") is not None
    record = json.loads(RunFolder(folder / "run").record.read_text())
    del record["samples"]["files"]
    record["config"]["label_space"] = "fruit.toml"
    RunFolder(folder / "run").record.write_text(json.dumps(record))
    assert train(folder, Path("run"), "./fruit.toml") is None


def test_a_segmenter_knows_its_localizer_by_its_weights(
    small_run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = folder / "masks"
    unrefined = MaskOptions(refine=Refinement.NONE)
    make_masks(MaskInputs(small_run.run, [small_run.images], small_run.labels), masks, unrefined)

    def segmenter(localizer: str) -> Any:
        config = SegmenterConfig.model_validate(
            {
                **{"backbone": "tiny", "localizer": localizer, "crop": {"size": 33}},
                "network": {"head": "linear", "rows": "random"},
                "training": {"epochs": 1, "batch_size": 2, "warmup_steps": 0},
            }
        )
        return train_segmenter([small_run.images], masks, folder / "segmenter", config, MACHINE).training

    monkeypatch.chdir(small_run.run.parent)
    assert segmenter("run") is not None
    monkeypatch.chdir(folder)
    assert segmenter(os.path.relpath(small_run.run)) is None
    shutil.copytree(small_run.run, folder / "moved")
    assert segmenter("moved") is None


def test_records_have_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vit").mkdir()
    config = TrainingConfig(backbone="hf:vit", weights="vit.pth", label_space="own.toml")
    recorded = config.recorded()
    assert recorded["backbone"] == f"hf:{tmp_path}/vit"
    assert (recorded["weights"], recorded["label_space"]) == (f"{tmp_path}/vit.pth", f"{tmp_path}/own.toml")
    named = TrainingConfig(backbone="hf:me/vit", weights="packaged")
    assert named.recorded() == named.model_dump(mode="json")
