"""Pixels of which it is not decided whether they show a class, in scores and in masks."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import read_index_mask
from segmentation.masks.finish import Finisher, undecided
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from shared_runtime.errors import ExitCode
from tests.segmentation.conftest import SmallRun

SCORES = np.array(
    [[[0.9, 0.6, 0.4, 0.1, 0.0]], [[0.1, 0.3, 0.4, 0.9, 0.0]], [[0.0, 0.4, 0.1, 0.1, 0.0]]], np.float32
)
"""One row: shares of the best class of .1, .4, .5, .9, and nothing at all."""


def test_the_band_is_of_the_best_classs_share() -> None:
    assert undecided(SCORES, 0.3, 0.6).tolist() == [[False, True, True, False, False]]
    assert undecided(SCORES, 0.05, 0.45).tolist() == [[True, True, False, False, False]]
    assert not undecided(SCORES[:1], 0.1, 0.9).any()  # background alone


@pytest.mark.parametrize("enlarged", [1, 3])
def test_masks_say_255_in_the_band_and_what_they_said_elsewhere(enlarged: int) -> None:
    image = np.zeros((enlarged, 5 * enlarged, 3), dtype=np.uint8)
    maps = ScoreMaps((4, 7), SCORES, margin=0.5)
    plain = Finisher(Refinement.NONE).mask(image, maps)
    banded = Finisher(Refinement.NONE, ignore_band=(0.3, 0.6)).mask(image, maps)
    assert (banded == 255).any()
    assert (banded[banded != 255] == plain[banded != 255]).all()
    if enlarged == 1:
        assert plain.tolist() == [[0, 0, 0, 4, 0]]
        assert banded.tolist() == [[0, 255, 255, 4, 0]]


def test_the_lower_share_comes_first() -> None:
    with pytest.raises(ValidationError, match="the lower share first"):
        MaskOptions(ignore_band=(0.6, 0.4))
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        MaskOptions(ignore_band=(0.6, 1.4))


def test_the_command_takes_a_band(small_run: SmallRun, tmp_path: Path) -> None:
    arguments = ["make-masks", str(small_run.run), "--images", str(small_run.images)]
    arguments += ["--labels", str(small_run.labels), "-o", str(tmp_path / "masks"), "--refine", "none"]
    done = CliRunner().invoke(app, [*arguments, "--processes", "1", "--ignore-band", "0.01", "0.99"])
    assert done.exit_code == ExitCode.OK, done.stderr
    values = {int(v) for path in (tmp_path / "masks").glob("*.png") for v in np.unique(read_index_mask(path, 81))}
    assert 255 in values
    swapped = CliRunner().invoke(app, [*arguments, "--ignore-band", "0.9", "0.1"])
    assert swapped.exit_code == ExitCode.USAGE
    assert "expected the lower share first" in swapped.stderr
