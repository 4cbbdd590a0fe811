"""Commands that are killed, with no time to clean up, and given again end with the bytes of those that are not."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from segmentation.localization.config import LocalizerConfig
from segmentation.localization.run import train_localizer
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.runs.folder import RunFolder
from segmentation.training.config import MachineOptions
from tests.segmentation.conftest import SmallRun


def train(small: SmallRun, output: Path) -> None:
    config = LocalizerConfig.model_validate(RunFolder(small.run).read_record().config)
    training = config.training.model_copy(update={"epochs": 10})
    machine = MachineOptions(device="cpu", workers=2, checkpoint_minutes=0)
    train_localizer(
        [small.images], small.labels, output, config.model_copy(update={"training": training}), machine
    )


def mask(small: SmallRun, output: Path) -> None:
    options = MaskOptions(refine=Refinement.MEAN_FIELD, consensus=True)
    machine = MaskMachine(device="cpu", processes=2)
    make_masks(MaskInputs(small.run, [small.images], small.labels), output, options, machine)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("run", "appears", "volatile"),
    # The log says how fast it went.
    [(train, "checkpoint.pt", {"metrics.jsonl"}), (mask, "consensus.safetensors", set())],
)
def test_a_killed_run_ends_with_the_same_bytes(
    run: Callable[[SmallRun, Path], None], appears: str, volatile: set[str], small_run: SmallRun, tmp_path: Path
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run(small_run, whole)

    paths = [str(path) for path in small_run]
    code = (
        f"from pathlib import Path; import torch; torch.set_num_threads(1); import {__name__} as commands; "
        f"commands.{run.__name__}(commands.SmallRun(*map(Path, {paths!r})), Path({str(parts)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[3])
    deadline = time.monotonic() + 120
    while process.poll() is None and not (parts / appears).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert (parts / "run.json").exists()

    run(small_run, parts)
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in volatile}
        for folder in (whole, parts)
    ]
    assert contents[0] == contents[1]
