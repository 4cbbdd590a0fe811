"""`capparse label` beside the bare pipe of `en_core_web_sm` in slices of a fifth of a second, in processor time.

On a machine with neighbours two programs one after the other differ by what the neighbours do meanwhile. Here all
are started at once, and each runs for a moment in turn while the others are stopped, so that all share the same
disturbance. One process each; 12,000 captions unless `--limit` says otherwise. Another checkout, of an earlier
version with its package compiled, is a third side: `CAPPARSE_BEFORE=FOLDER`.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from benchmarks.captions import DUMP
from benchmarks.markdown import command_block, table
from benchmarks.surroundings import REPOSITORY, Options, en_core_web_sm, label_command, real_data, this_python

_SLICE_SECONDS = 0.2
_POLL_SECONDS = 0.01
_CAPTIONS = 12_000
_PACKAGES = ("shared_schemas", "caption_parser")


def report(options: Options) -> Iterator[str]:
    """Markdown; `--rounds` times."""
    dump, limit = str(real_data(DUMP)), ["--limit", str(options.limit or _CAPTIONS)]
    alone = ["--processes", "1", *limit]
    sides = {
        "bare pipe": [this_python(), "-m", "benchmarks.bare_pipe", dump, en_core_web_sm(), *alone],
        "label": label_command(dump, "label-speed", *alone),
    }
    before = os.environ.get("CAPPARSE_BEFORE")
    folders = {}
    if before:
        sides["before"] = [this_python(), "-m", "caption_parser", *label_command(dump, "label-before", *alone)[1:]]
        folders["before"] = Path(before)
    rows, ratios = [], []
    for number in range(options.rounds):
        names = list(islice(cycle(sides), number % len(sides), number % len(sides) + len(sides)))
        found = in_slices({name: sides[name] for name in names}, folders)
        ratios.append(found["bare pipe"] / found["label"])
        rows.append((str(number + 1), *(f"{found[name]:.2f}" for name in sides), f"{ratios[-1]:.2f}"))
    yield table(("round", *(f"{name}, CPU s" for name in sides), "bare pipe / label"), rows)
    yield f"Middle: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})."
    yield command_block(list(sides.values()))


def in_slices(commands: Mapping[str, Sequence[str]], folders: Mapping[str, Path] = {}) -> dict[str, float]:
    """Processor seconds of each command, which run a slice of time in turn, never two at once.

    `folders`: checkouts whose packages a command reads, where it is not this one. RuntimeError if one fails.
    """
    running: dict[str, subprocess.Popen[bytes]] = {}
    seconds: dict[str, float] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=_environment(folders.get(name)),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            running[name].send_signal(signal.SIGSTOP)
        while running:
            for name, process in list(running.items()):
                cost = _slice(process)
                if process.returncode:
                    raise RuntimeError(f"{name}: exit status {process.returncode}")
                if cost is not None:
                    seconds[name] = cost
                    del running[name]
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    return seconds


def _slice(process: subprocess.Popen[bytes]) -> float | None:
    """Let a process run for a moment; its processor seconds if it has ended."""
    process.send_signal(signal.SIGCONT)
    end = time.monotonic() + _SLICE_SECONDS
    while time.monotonic() < end:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        time.sleep(_POLL_SECONDS)
    process.send_signal(signal.SIGSTOP)
    return None


def _environment(folder: Path | None) -> dict[str, str]:
    """That of this process, with bytecode kept, as packages that pip installed have it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if folder is not None:
        kept["PYTHONPATH"] = os.pathsep.join(str(folder / package / "src") for package in _PACKAGES)
    return kept
