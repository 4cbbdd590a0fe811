"""Masks of the small run's images, as make-masks writes them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import write_index_mask
from segmentation.runs.folder import MAKE_MASKS, RunFolder, RunRecord
from shared_schemas import load_label_space
from tests.segmentation.conftest import SmallRun

APPLE = 48
SETTINGS = (
    "backbone=tiny", "weights=random", "crop.size=33", "network.head=aspp", "network.rows=random",
    "network.channels=8", "network.dilations=[1, 2]", "network.scale_dilations=false", "loss.stride=4",
)  # fmt: skip


class Masked(NamedTuple):
    """Images with masks."""

    images: Path
    masks: Path


@pytest.fixture
def masked(small_run: SmallRun, tmp_path: Path) -> Masked:
    """The four images of the small run, and masks in which the red square is an apple."""
    masks = tmp_path / "masks"
    masks.mkdir()
    for number, (height, width) in enumerate([(48, 64), (64, 48), (48, 64), (40, 40)], 1):
        mask = np.zeros((height, width), dtype=np.uint8)
        mask[10:30, 8:28] = APPLE
        write_index_mask(masks / f"{number:012}.png", mask)
    folder = RunFolder(masks)
    folder.record.write_text(RunRecord(command=MAKE_MASKS, config={}, samples={}).model_dump_json())
    folder.write_label_space(load_label_space("coco"))
    return Masked(small_run.images, masks)


Train = Callable[..., Any]


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """Call `capseg train-segmenter` with a tiny network."""

    def call(masked: Masked, name: str, *more: str) -> Any:
        arguments = ["train-segmenter", "--images", str(masked.images), "--masks", str(masked.masks)]
        arguments += ["-o", str(tmp_path / name), "--epochs", "2", "--batch-size", "2"]
        arguments += ["--workers", "0", "--device", "cpu", "--set", "training.warmup_steps=0"]
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        return CliRunner().invoke(app, [*arguments, *settings, *more])

    return call
