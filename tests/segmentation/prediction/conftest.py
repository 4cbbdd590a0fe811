"""A small segmenter, and what it learned from."""

from pathlib import Path
from typing import Any

import pytest
import torch

from segmentation.data.masks import write_index_mask
from segmentation.data.truth.opening import open_truth
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.run import train_segmenter
from segmentation.training.config import MachineOptions


@pytest.fixture(scope="session")
def segmenter_run(small_run: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a tiny segmenter, trained on the exact masks of the apples until it finds them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("small_segmenter")
    (root / "masks").mkdir()
    truth = open_truth(small_run.truth)
    for key in truth.keys():  # noqa: SIM118  a truth is no mapping
        write_index_mask(root / "masks" / f"{key}.png", truth.mask(key))
    config = SegmenterConfig.model_validate(
        {
            "backbone": "tiny",
            "weights": "random",
            "label_space": "coco",
            "crop": {"size": 33},
            "network": {"head": "linear", "dropout": 0},
            "training": {"epochs": 40, "batch_size": 2, "warmup_steps": 10, "learning_rate": 0.002},
        }
    )
    machine = MachineOptions(device="cpu", workers=0)
    train_segmenter([small_run.images], root / "masks", root / "run", config, machine)
    torch.set_num_threads(threads)
    return root / "run"
