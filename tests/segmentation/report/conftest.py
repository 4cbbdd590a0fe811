"""Masks of the small run, of which the best and the worst are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation.data.masks import write_index_mask
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks


@pytest.fixture
def masks(small_run: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "masks"
    options = MaskOptions(refine=Refinement.NONE, consensus=False)
    inputs = MaskInputs(small_run.run, [small_run.images], small_run.labels)
    make_masks(inputs, folder, options, MaskMachine(device="cpu"))
    # One mask is right and one is all wrong, so that the order is known.
    right = np.zeros((48, 64), dtype=np.uint8)
    right[10:30, 8:28] = 48
    write_index_mask(folder / "000000000001.png", right)
    write_index_mask(folder / "000000000003.png", np.full((48, 64), 2, dtype=np.uint8))
    return folder
