"""1.2 million captions in one run of the default parser: are all of them there, and does memory stay flat?

The mixed dump, repeated, each caption with an image id of its own, in twelve shards that all cores share. What
goes in and what comes out is counted apart from the program. `--limit` sets the number of captions.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.markdown import command_block, table
from benchmarks.processes import memory_curve, run
from benchmarks.scale import named, records, repeated_dump
from benchmarks.surroundings import OUTPUTS, Options, capparse_command
from shared_runtime.workers import usable_cores

CAPTIONS = 1_200_000
SHARDS = 12
_SECONDS = 2.0
"""Between two looks at the memory."""
_MARKS = 12
"""Of the run, at which the memory is shown."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    size = options.limit or CAPTIONS
    folder = OUTPUTS / "long-run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source, plan, merged = repeated_dump(folder, size), folder / "plan", folder / "all.jsonl.zst"
    cores = ("--processes", str(usable_cores()))
    commands = [
        capparse_command("plan", named(source), "-o", named(plan), "--captions-per-shard", str(size // SHARDS)),
        capparse_command("label", "--plan", named(plan), *cores, "--quiet"),
        capparse_command("merge", named(plan), named(merged), "--verify", "--quiet"),
    ]
    planned = run(commands[0])
    labelled, curve = memory_curve(commands[1], seconds=_SECONDS)
    put_together = run(commands[2])
    yield table(
        ("command", "wall s", "CPU s", "largest process, MiB"),
        [
            (name, f"{cost.wall_seconds:.0f}", f"{cost.cpu_seconds:.0f}", f"{cost.largest_process_mib:.0f}")
            for name, cost in (("plan", planned), ("label", labelled), ("merge --verify", put_together))
        ],
    )
    yield (
        "Peak memory so far of the largest process that runs, when each part of the time for labelling is over"
        " (each shard has workers of its own):"
    )
    yield table(("done", "s", "MiB"), list(_marks(curve)))
    yield _counts(source, plan, merged)
    yield command_block(commands)


def _marks(curve: Sequence[tuple[float, float]]) -> Iterator[Sequence[str]]:
    end = curve[-1][0]
    for mark in range(1, _MARKS + 1):
        seconds, mib = next(entry for entry in curve if entry[0] >= end * mark / _MARKS)
        yield f"{mark}/{_MARKS}", f"{seconds:.0f}", f"{mib:.0f}"


def _counts(source: Path, plan: Path, merged: Path) -> str:
    with source.open("rb") as file:
        rows = sum(1 for _ in file) - 1
    rejected = sum(len(path.read_bytes().splitlines()) for path in plan.glob("labels/*.rejected.jsonl"))
    lines = records(merged)
    summary = json.loads(merged.with_name(f"{merged.name}.summary.json").read_text())
    missing = rows - lines - rejected
    return (
        f"Counted apart, by lines: {rows:,} rows went in; {lines:,} images of one caption each and {rejected:,}"
        f" rejected rows came out, {missing:,} missing. The summary: {summary['rows_read']:,} rows,"
        f" {summary['captions']:,} captions, {sum(summary['rejected'].values()):,} rejected."
    )
