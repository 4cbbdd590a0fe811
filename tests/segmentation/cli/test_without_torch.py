"""What needs no network is answered without importing torch, which takes seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared_runtime.errors import ExitCode
from tests.forked import Forks

TRAIN = ("train-localizer", "--config", "lite0-321", "--images", "IMAGES", "--labels", "LABELS", "-o", "RUN")
SEGMENT = ("train-segmenter", "--images", "IMAGES", "--masks", "MASKS", "-o", "RUN")
WHOLE = ("run", "--images", "IMAGES", "--labels", "LABELS", "-o", "OUT")
TINY = ("--set", "backbone=tiny", "--weights", "random")

CALLS = {
    "help": (["--help"], ExitCode.OK),
    "help of training": (["train-localizer", "--help"], ExitCode.OK),
    "help of a segmenter's training": (["train-segmenter", "--help"], ExitCode.OK),
    "a dry run of it": ([*SEGMENT, "--dry-run"], ExitCode.OK),
    "rows that need another head": ([*SEGMENT, "--set", "network.head=aspp"], ExitCode.USAGE),
    "rows of a localizer that is not given": ([*SEGMENT, "--set", "network.rows=localizer"], ExitCode.USAGE),
    "a localizer that is none": ([*SEGMENT, "--localizer", "RUN"], ExitCode.FAILURE),
    "a missing folder of masks": (SEGMENT, ExitCode.FAILURE),
    "help of the whole way": (["run", "--help"], ExitCode.OK),
    "the whole way with a wrong option": ([*WHOLE, "--localizer-config", "lite0"], ExitCode.USAGE),
    "the whole way without images": (WHOLE, ExitCode.FAILURE),
    "experiments": (["experiments"], ExitCode.OK),
    "an experiment": (["experiments", "table6-full"], ExitCode.OK),
    "an unknown experiment": (["experiments", "table6-ful"], ExitCode.USAGE),
    "a dry run": ([*TRAIN, "--dry-run"], ExitCode.OK),
    "an unknown configuration": ([*TRAIN, "--config", "table6-ful"], ExitCode.USAGE),
    "an unknown key": ([*TRAIN, "--set", "training.epoch=3"], ExitCode.USAGE),
    "a value that does not fit": ([*TRAIN, "--precision", "half"], ExitCode.USAGE),
    "an unknown backbone": ([*TRAIN, "--backbone", "resnet51"], ExitCode.USAGE),
    "weights left open": ([*TRAIN, "--config", "table6-full"], ExitCode.USAGE),
    "missing weights": ([*TRAIN, "--weights", "RUN/gone.pth"], ExitCode.FAILURE),
    "weights without a classifier": ([*TRAIN, "--backbone", "efficientnet-lite0"], ExitCode.USAGE),
    "a missing folder of images": ([*TRAIN, *TINY, "--set", "network.knowledge=false"], ExitCode.FAILURE),
    "a missing label file": (
        [*TRAIN, *TINY, "--set", "network.knowledge=false", "--images", "."],
        ExitCode.FAILURE,
    ),
}
"""By what they show, the arguments of calls in an empty folder, and their exit codes."""


@pytest.mark.parametrize("call", CALLS)
def test_torch_is_not_imported(call: str, forked_capseg: Forks, tmp_path: Path) -> None:
    arguments, exit_code = CALLS[call]
    done = forked_capseg(*arguments, cwd=tmp_path)
    assert not done.imported_torch
    assert done.returncode == exit_code, done.stderr
    assert not any(tmp_path.iterdir())


def test_the_public_names_are_there_without_it() -> None:
    script = (
        "import sys; from segmentation import ModelCard, PredictionOptions, Segmentation, Segmenter; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
