"""Runs that are killed at random moments end with the same bytes; `CAPPARSE_KILLS` says how often in all."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = int(os.environ.get("CAPPARSE_KILLS", "12"))
WAYS = [(suffix, processes) for suffix in (".jsonl", ".jsonl.gz", ".jsonl.zst") for processes in (1, 2)]
COMMAND = [
    sys.executable,
    "-c",
    "from caption_parser.cli import main; main()",
    "label",
    "--labeller",
    "exact",
    "-q",
]


def run_for(command: list[str], seconds: float) -> bool:
    """Whether the command was killed: it, or with its process group its workers too."""
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    assert process.returncode == 0
    return False


@pytest.mark.parametrize(("suffix", "processes"), WAYS)
def test_killed_runs_end_with_the_same_bytes(tmp_path: Path, suffix: str, processes: int) -> None:
    source, whole, killed = (tmp_path / name for name in ("captions.txt", f"whole{suffix}", f"killed{suffix}"))
    source.write_text("".join(f"Dog number {number} on a couch.\n" for number in range(20_000)))
    command = [*COMMAND, str(source), "--processes", str(processes), "-o"]
    started = time.monotonic()
    assert not run_for([*command, str(whole)], 300)
    longest = time.monotonic() - started
    moments = random.Random(f"{suffix}{processes}")
    for _ in range(-(-KILLS // len(WAYS))):
        if not run_for([*command, str(killed)], moments.uniform(0.05, longest)):
            assert killed.read_bytes() == whole.read_bytes()
            killed.unlink()
    run_for([*command, str(killed)], 300)
    assert killed.read_bytes() == whole.read_bytes()
    assert not Path(f"{killed}.partial").exists()
