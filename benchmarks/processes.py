"""Runs a command and says what it cost: time, processor time, memory of all its processes."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.surroundings import REPOSITORY, Skipped

_DONE = {0, 3}
"""Exit codes of `capparse` for a complete run, without and with rejected rows."""
_SAMPLING_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost, from its start to its end, worker processes included."""

    wall_seconds: float
    cpu_seconds: float
    """User and system time of all processes."""
    largest_process_mib: float
    """Peak resident memory of the largest process (`ru_maxrss`)."""
    together_mib: float | None
    """Peak of the memory of all processes, shared pages counted once; none if it was not sampled."""
    output: str
    """What it wrote to standard output."""


def run(command: Sequence[str], *, sample_memory: bool = False, folder: Path = REPOSITORY) -> Cost:
    """Run a command in the repository, or in another folder, and wait for it; RuntimeError if it fails.

    `largest_process_mib` is never below the memory of the calling process, which therefore must stay small.
    """
    if not sample_memory:
        return _run(command, folder)
    together = [0]
    # Of a page that n processes share, each has 1/n.
    watch = _Watch("smaps_rollup", "Pss:", _SAMPLING_SECONDS, lambda kib: together.append(sum(kib)))
    return replace(_run(command, folder, watch), together_mib=max(together) / 1024)


def memory_curve(command: Sequence[str], *, seconds: float) -> tuple[Cost, list[tuple[float, float]]]:
    """Run a command as `run` does, and look at its processes in turns of so many seconds.

    The pairs are the seconds since its start, and the peak memory in MiB so far of the largest process that runs
    then; workers may end before the command does.
    """
    curve: list[tuple[float, float]] = []
    started = time.perf_counter()

    def look(kib: list[int]) -> None:
        curve.append((time.perf_counter() - started, max(kib) / 1024))

    return _run(command, REPOSITORY, _Watch("status", "VmHWM:", seconds, look)), curve


@dataclass(frozen=True, slots=True)
class _Watch:
    """Looks at all processes of a command in turns of so many seconds until it ends."""

    file: str
    field: str
    """Of the files of processes in /proc; in KiB."""
    seconds: float
    look: Callable[[list[int]], None]
    """Is told what each of them has there."""

    def check(self) -> None:
        if not Path(f"/proc/self/{self.file}").exists():
            raise Skipped(f"the memory of running processes is read from /proc/PID/{self.file} of Linux")

    def over(self, pid: int) -> None:
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            self.look([_kib(member, self.file, self.field) for member in _process_tree(pid)])
            time.sleep(self.seconds)


def _run(command: Sequence[str], folder: Path, watch: _Watch | None = None) -> Cost:
    if watch is not None:
        watch.check()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, cwd=folder, env=_as_installed())
        if watch is not None:
            watch.over(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in _DONE:
            raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{errors.read().decode()}")
        return Cost(
            wall_seconds,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
            None,
            output.read().decode(),
        )


def _as_installed() -> dict[str, str]:
    """The surroundings of a command; Python may keep what it has compiled, as it has what pip installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _process_tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = [
            child for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
        ]
    except OSError:  # it ended while we looked
        return
    for child in children:
        yield from _process_tree(int(child))


def _kib(pid: int, file: str, field: str) -> int:
    """What a file of /proc says of the memory of a process; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)
